package org.amalgam.mixture;

import org.amalgam.nn.Linear;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The routers of an upscaled model: how deep, of which widths, one for each block or one for all.
 *
 * @param depth hidden layers in the field's way of counting: 0 constants, 1 one linear map, 2 a perceptron
 * @param width of the hidden states
 * @param experts K
 * @param initial every routing weight before anything is learned; for depths 1 and 2 up to the small random start
 * @param shared whether all blocks have one router
 * @param encoding width of the block's encoding before each hidden state, 0 for none; constants see none
 */
public record RouterSpec(int depth, int width, int experts, double initial, boolean shared, int encoding) {

    /** Width of what a router reads. */
    private int in() {
        return width + (depth == 0 ? 0 : encoding);
    }

    /** Under which name the router of that layer keeps its parameters. */
    private String stem(String layer) {
        return shared ? "gate." : layer + ".gate.";
    }

    /** Names of all routers' parameters. */
    List<String> names(List<String> layers) {
        List<String> parts =
                switch (depth) {
                    case 0 -> List.of("weight");
                    case 1 -> List.of("fc.weight", "fc.bias");
                    default -> List.of("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias");
                };
        return (shared ? layers.subList(0, 1) : layers)
                .stream()
                        .flatMap(layer -> parts.stream().map(part -> stem(layer) + part))
                        .toList();
    }

    /** Name of the constants [K] of that layer or group, where the depth is 0. */
    public String constant(String layer) {
        return stem(layer) + "weight";
    }

    /**
     * The parameters of every router before the first step: weights normal with deviation 0.01, biases 0 but for the last, which
     * is {@link #initial}.
     *
     * @param layers names of the layers that are upscaled, in order
     */
    public Weights start(List<String> layers, RandomGenerator random) {
        Map<String, Tensor> start = new LinkedHashMap<>();
        for (String layer : shared ? layers.subList(0, 1) : layers) {
            String stem = stem(layer);
            switch (depth) {
                case 0 -> start.put(constant(layer), Tensor.full(initial, experts));
                case 1 -> {
                    start.put(stem + "fc.weight", Linear.start(random, experts, in()));
                    start.put(stem + "fc.bias", Tensor.full(initial, experts));
                }
                default -> {
                    start.put(stem + "fc1.weight", Linear.start(random, in(), in()));
                    start.put(stem + "fc1.bias", Tensor.zeros(in()));
                    start.put(stem + "fc2.weight", Linear.start(random, experts, in()));
                    start.put(stem + "fc2.bias", Tensor.full(initial, experts));
                }
            }
        }
        return new Weights(start);
    }

    /** The router of one layer. */
    public Router router(Weights parameters, String layer, int index) {
        String stem = stem(layer);
        Router router =
                switch (depth) {
                    case 0 -> new Router.Constant(parameters.get(constant(layer)));
                    case 1 -> new Router.Affine(Linear.of(parameters, stem + "fc"));
                    default ->
                        new Router.Perceptron(Linear.of(parameters, stem + "fc1"), Linear.of(parameters, stem + "fc2"));
                };
        return depth == 0 || encoding == 0 ? router : new Router.Positioned(Router.encoding(index, encoding), router);
    }
}
