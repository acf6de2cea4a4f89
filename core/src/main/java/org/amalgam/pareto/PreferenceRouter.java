package org.amalgam.pareto;

import org.amalgam.nn.Linear;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Routers that read a preference r and say merging coefficients (Tang et al., PWEMoE, 2024, section 4): {@code W_1 r + b_1} or
 * {@code W_2 relu(W_1 r + b_1) + b_2}, without a softmax. They see no sample, so that a preference makes one dense model.
 *
 * @param depth 1 for one linear map of K to K, 2 for a perceptron with 2 K hidden units
 * @param tasks K
 * @param initial the last bias before anything is learned, and so nearly every coefficient
 */
public record PreferenceRouter(int depth, int tasks, double initial) {

    public PreferenceRouter {
        if (depth != 1 && depth != 2) {
            throw new IllegalArgumentException("a router of a preference has 1 or 2 layers, not " + depth);
        }
    }

    /** Parameters of the routers of these layers before the first step: weights normal with deviation 0.01, biases 0 but the last. */
    public Weights start(List<String> layers, RandomGenerator random) {
        Map<String, Tensor> start = new LinkedHashMap<>();
        for (String layer : layers) {
            String stem = layer + ".gate.";
            if (depth == 2) {
                start.put(stem + "0.weight", Linear.start(random, 2 * tasks, tasks));
                start.put(stem + "0.bias", Tensor.zeros(2L * tasks));
                start.put(stem + "2.weight", Linear.start(random, tasks, 2 * tasks));
                start.put(stem + "2.bias", Tensor.full(initial, tasks));
            } else {
                start.put(stem + "0.weight", Linear.start(random, tasks, tasks));
                start.put(stem + "0.bias", Tensor.full(initial, tasks));
            }
        }
        return new Weights(start);
    }

    /**
     * The coefficients [K] of one layer, differentiable in the router's parameters.
     *
     * @param preference [K]
     */
    public Tensor coefficients(Weights parameters, String layer, Tensor preference) {
        Tensor first = Linear.of(parameters, layer + ".gate.0").apply(preference);
        return depth == 1 ? first : Linear.of(parameters, layer + ".gate.2").apply(Functional.relu(first));
    }
}
