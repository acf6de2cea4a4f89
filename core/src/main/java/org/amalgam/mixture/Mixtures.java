package org.amalgam.mixture;

import org.amalgam.AmalgamException;
import org.amalgam.model.Architecture;
import org.amalgam.model.ParameterSpec;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Brings saved mixtures back, whichever kind they are. */
public final class Mixtures {

    /** The key of a description under which its kind stands. */
    public static final String KIND = "kind";

    private Mixtures() {}

    /**
     * The mixture that was saved as these parts and this description. A new kind adds a line.
     *
     * @param where what errors name: the file
     * @throws AmalgamException if the kind is unknown, something is missing or left over, or it is not of this architecture
     */
    public static Mixture read(
            Architecture architecture, Weights parts, Map<String, String> description, String where) {
        try {
            Mixture mixture = ofKind(architecture, parts, description);
            Set<String> known = mixture.weights().entries().keySet();
            parts.names().stream()
                    .filter(name -> !known.contains(name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw new IllegalArgumentException(
                                name + " has no place in the pool's architecture, " + architecture.describe());
                    });
            return mixture;
        } catch (IllegalArgumentException e) {
            throw new AmalgamException(
                    where + ": " + e.getMessage()
                            + "; name the pool that the mixture was made of, or a file that is whole",
                    e);
        }
    }

    private static Mixture ofKind(Architecture architecture, Weights parts, Map<String, String> description) {
        String kind = description.getOrDefault(KIND, "");
        return switch (kind) {
            case SmileMixture.KIND -> SmileMixture.read(architecture, parts, description);
            case WeightEnsemblingMixture.KIND -> WeightEnsemblingMixture.read(architecture, parts, description);
            default ->
                throw new IllegalArgumentException("its description names the kind \"" + kind + "\", expected "
                        + SmileMixture.KIND + " or " + WeightEnsemblingMixture.KIND);
        };
    }

    /**
     * A number of a description.
     *
     * @throws IllegalArgumentException if it is missing or no integer
     */
    static int integer(Map<String, String> description, String key) {
        String value = description.get(key);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "its description has " + (value == null ? "no " + key : key + "=" + value) + ", expected a number",
                    e);
        }
    }

    /**
     * The parameters of those specifications among the parts.
     *
     * @throws IllegalArgumentException if one is missing or of another shape
     */
    static Weights parameters(List<ParameterSpec> specs, Weights parts) {
        Map<String, Tensor> found = new LinkedHashMap<>();
        for (ParameterSpec spec : specs) {
            Tensor tensor = parts.entries().get(spec.name());
            if (tensor == null
                    || !spec.shape()
                            .equals(Arrays.stream(tensor.shape()).boxed().toList())) {
                throw new IllegalArgumentException(spec.name() + " is "
                        + (tensor == null ? "missing" : "of shape " + Arrays.toString(tensor.shape()))
                        + ", the pool's architecture has " + spec.shape());
            }
            found.put(spec.name(), tensor);
        }
        return new Weights(found);
    }
}
