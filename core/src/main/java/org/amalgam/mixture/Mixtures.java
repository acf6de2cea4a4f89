package org.amalgam.mixture;

import org.amalgam.AmalgamException;
import org.amalgam.model.Architecture;
import org.amalgam.model.ParameterSpec;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Brings saved mixtures back, whichever kind they are. */
public final class Mixtures {

    /** The key of a description under which its kind stands. */
    public static final String KIND = "kind";

    private Mixtures() {}

    /**
     * The mixture that was saved as these parts and this description. A new kind adds a line.
     *
     * @param where what errors name: the file
     * @throws AmalgamException if the kind is unknown, or its base is not of this architecture
     */
    public static Mixture read(
            Architecture architecture, Weights parts, Map<String, String> description, String where) {
        String kind = description.getOrDefault(KIND, "");
        return switch (kind) {
            case SmileMixture.KIND ->
                SmileMixture.read(architecture, base(architecture, parts, where), parts, description);
            case WeightEnsemblingMixture.KIND -> WeightEnsemblingMixture.read(architecture, parts, description, where);
            default ->
                throw new AmalgamException(
                        where + ": its description names the kind \"" + kind + "\", expected " + SmileMixture.KIND
                                + " or " + WeightEnsemblingMixture.KIND + "; was it saved by another version?");
        };
    }

    /** The parameters of a single model of the architecture among the parts. */
    private static Weights base(Architecture architecture, Weights parts, String where) {
        Map<String, Tensor> base = new LinkedHashMap<>();
        for (ParameterSpec spec : architecture.parameters()) {
            Tensor tensor = parts.entries().get(spec.name());
            if (tensor == null
                    || !spec.shape()
                            .equals(Arrays.stream(tensor.shape()).boxed().toList())) {
                throw new AmalgamException(where + ": " + spec.name() + " is "
                        + (tensor == null ? "missing" : "of shape " + Arrays.toString(tensor.shape()))
                        + ", the pool's architecture has " + spec.shape()
                        + "; name the pool that the mixture was made of");
            }
            base.put(spec.name(), tensor);
        }
        return new Weights(base);
    }
}
