package org.amalgam.merge;

import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small models of random numbers for the merge room's tests; their tensors belong to the scope that is open. */
final class Vectors {

    private static final Map<String, long[]> SHAPES = new LinkedHashMap<>();

    static {
        SHAPES.put("z.weight", new long[] {5, 7});
        SHAPES.put("z.bias", new long[] {5});
        SHAPES.put("a.weight", new long[] {2, 3, 4});
        SHAPES.put("a.bias", new long[] {1});
    }

    private Vectors() {}

    static Weights model(Random random) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        SHAPES.forEach((name, shape) -> tensors.put(name, Tensor.of(normal(random, shape), shape)));
        return new Weights(tensors);
    }

    static List<Weights> models(Random random, int count) {
        List<Weights> models = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            models.add(model(random));
        }
        return models;
    }

    /** Task vectors of {@code tasks} random experts to a random ancestor. */
    static TaskVectors random(long seed, int tasks) {
        Random random = new Random(seed);
        return TaskVectors.of(model(random), models(random, tasks));
    }

    /** Everything of a model as one array, in its order. */
    static float[] flat(Weights weights) {
        return Tensor.concat(weights.tensors().stream().map(Tensor::flatten).toList(), 0)
                .toFloats();
    }

    private static float[] normal(Random random, long[] shape) {
        int elements = 1;
        for (long length : shape) {
            elements = Math.toIntExact(elements * length);
        }
        float[] values = new float[elements];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
