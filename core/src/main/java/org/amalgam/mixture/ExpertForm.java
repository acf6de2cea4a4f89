package org.amalgam.mixture;

import org.amalgam.merge.LowRank;
import org.amalgam.merge.Pruning;
import org.amalgam.merge.TaskVectors;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.ParameterSpec;
import org.amalgam.nn.Linear;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.List;

/** In which form experts are held, and what their task vectors become by it. */
public sealed interface ExpertForm {

    /**
     * The experts of one linear map; new memory of the scope that is open.
     *
     * @param vectors task vectors of the map's two parameters
     */
    Experts experts(TaskVectors vectors, LinearSpec map);

    /**
     * What this form makes of the task vectors of one parameter, held densely.
     *
     * @param vectors [K, ...]
     */
    Tensor applied(String name, Tensor vectors);

    /**
     * Refuses a parameter that this form cannot hold, by its shape.
     *
     * @throws org.amalgam.AmalgamException if it cannot
     */
    default void requireFit(ParameterSpec parameter) {}

    /** Bytes that K experts of a linear map take, the ancestor's map among them. */
    long bytes(long out, long in, int experts);

    /** As they are. */
    record Whole() implements ExpertForm {
        @Override
        public Experts experts(TaskVectors vectors, LinearSpec map) {
            return new DenseExperts(stack(vectors, map.weight()), stack(vectors, map.bias()));
        }

        private static Tensor stack(TaskVectors vectors, String name) {
            Weights base = vectors.ancestor();
            return Tensor.concat(List.of(Tensor.stack(List.of(base.get(name))), vectors.shaped(name)), 0);
        }

        @Override
        public Tensor applied(String name, Tensor vectors) {
            return vectors;
        }

        @Override
        public long bytes(long out, long in, int experts) {
            return Float.BYTES * out * in * (experts + 1);
        }
    }

    /**
     * Without their small entries (E-WEMoE).
     *
     * @param ratio of each tensor's entries that is dropped
     */
    record Pruned(double ratio) implements ExpertForm {
        @Override
        public Experts experts(TaskVectors vectors, LinearSpec map) {
            List<SparseExperts.Entries> entries = new ArrayList<>();
            for (int k = 0; k < vectors.tasks(); k++) {
                Tensor vector = vectors.shaped(map.weight()).select(0, k);
                entries.add(SparseExperts.Entries.of(Pruning.aboveQuantile(vector, ratio)));
            }
            return new SparseExperts(base(vectors, map), entries, applied(map.bias(), vectors.shaped(map.bias())));
        }

        @Override
        public Tensor applied(String name, Tensor vectors) {
            List<Tensor> pruned = new ArrayList<>();
            for (int k = 0; k < vectors.size(0); k++) {
                pruned.add(Pruning.aboveQuantile(vectors.select(0, k), ratio));
            }
            return Tensor.stack(pruned);
        }

        @Override
        public long bytes(long out, long in, int experts) {
            return (long) (Float.BYTES * out * in * (1 + 2 * experts * (1 - ratio)));
        }
    }

    /**
     * Their matrices at a lower rank; vectors and other tensors as they are (after Twin-Merging, Lu et al., NeurIPS 2024).
     *
     * @param rank of each expert's matrices
     */
    record Truncated(int rank) implements ExpertForm {
        @Override
        public Experts experts(TaskVectors vectors, LinearSpec map) {
            List<LowRank> factors = new ArrayList<>();
            for (int k = 0; k < vectors.tasks(); k++) {
                factors.add(LowRank.of(vectors.shaped(map.weight()).select(0, k), rank, map.weight()));
            }
            return new LowRankExperts(
                    base(vectors, map),
                    Tensor.concat(factors.stream().map(LowRank::left).toList(), 1),
                    Tensor.concat(factors.stream().map(LowRank::right).toList(), 0),
                    vectors.shaped(map.bias()),
                    factors.stream().map(LowRank::error).toList());
        }

        @Override
        public Tensor applied(String name, Tensor vectors) {
            if (vectors.shape().length != 3) {
                return vectors;
            }
            List<Tensor> truncated = new ArrayList<>();
            for (int k = 0; k < vectors.size(0); k++) {
                truncated.add(LowRank.of(vectors.select(0, k), rank, name).reconstruct());
            }
            return Tensor.stack(truncated);
        }

        @Override
        public void requireFit(ParameterSpec parameter) {
            List<Long> shape = parameter.shape();
            if (shape.size() == 2) {
                LowRank.requireRank(shape.get(0), shape.get(1), rank, parameter.name(), "method.compress.rank");
            }
        }

        @Override
        public long bytes(long out, long in, int experts) {
            return Float.BYTES * (out * in + (long) experts * rank * (out + in));
        }
    }

    /** The ancestor's map, as it is in the task vectors. */
    private static Linear base(TaskVectors vectors, LinearSpec map) {
        return new Linear(
                vectors.ancestor().get(map.weight()), vectors.ancestor().get(map.bias()));
    }
}
