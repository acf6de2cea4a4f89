package org.amalgam.mixture;

import org.amalgam.nn.Linear;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Task vectors as they are.
 *
 * <p>For one routing a merge is one pass over them. For a routing a sample there are two ways, and no loop over samples in either:
 * the weights of some samples are merged by one product Λ[N, 1+K] · T[1+K, P] and each sample is multiplied with its own, or
 * every expert is applied to the activations and the results are weighed, {@code W_0 x + sum_k w_k (T_k x)}. The first costs 1 + K
 * operations a weight and sample, the second 1 + K a weight and token; so few tokens want the second. The first goes through the
 * weights in tiles that stay in the processor's cache from the merge to the product, which makes merged weights cost no memory.
 *
 * @param weights [1+K, out, in], float32 unless {@link #rounded}: the ancestor's matrix, then the task vectors
 * @param biases [1+K, out], float32, likewise
 */
public record DenseExperts(Tensor weights, Tensor biases) implements Experts {

    /** Samples that are merged by one product. */
    private static final int SAMPLES = 16;

    /** Bytes of merged weights in a tile. */
    private static final long TILE = 8L << 20;

    /** Fewest rows in a tile. */
    private static final long ROWS = 8;

    /**
     * How many operations of a large product cost as much as one of the merge, and of the products of each sample with its own
     * weights: both are small and thin (measured: 65, 145 and 245 billion a second on a core; in bfloat16 100, 415 and 500).
     */
    private static final double MERGE = 4;

    private static final double OWN = 1.6;

    @Override
    public Linear merge(Tensor routing) {
        return new Linear(merged(weights, routing), merged(biases, routing));
    }

    /** {@code θ_0 + T^t w}; not a product that autocast would round. */
    private static Tensor merged(Tensor stack, Tensor routing) {
        long experts = stack.size(0) - 1;
        Tensor base = stack.select(0, 0);
        Tensor vectors = stack.slice(0, 1, experts).reshape(experts, -1).transpose(0, 1);
        return base.flatten().addMatrixVector(vectors, routing).reshape(base.shape());
    }

    @Override
    public Tensor apply(Tensor x, Tensor routing) {
        Tensor ones = Tensor.full(1, routing.size(0), 1);
        Tensor weighed = Tensor.concat(List.of(ones, routing), 1);
        List<Tensor> parts = new ArrayList<>();
        long samples = x.size(0);
        for (long from = 0; from < samples; from += SAMPLES) {
            long some = Math.min(SAMPLES, samples - from);
            parts.add(block(x.slice(0, from, some), weighed.slice(0, from, some)));
        }
        return parts.size() == 1 ? parts.get(0) : Tensor.concat(parts, 0);
    }

    private Tensor block(Tensor x, Tensor weighed) {
        Tensor bias = Precision.full(() -> weighed.matmul(biases));
        Tensor mapped = onActivations(x.size(1)) ? experts(x, weighed) : own(x, weighed);
        return mapped.add(bias.reshape(bias.size(0), 1, bias.size(1)));
    }

    /** Whether applying every expert to the tokens of a sample costs less than merging its weights. */
    private boolean onActivations(long tokens) {
        long all = weights.size(0);
        return tokens * all < MERGE * all + OWN * tokens;
    }

    /** {@code sum_k w_k (T_k x)}. */
    private static Tensor weigh(Tensor mapped, Tensor weight) {
        return mapped.mul(weight.reshape(weight.elements(), 1, 1));
    }

    private Tensor experts(Tensor x, Tensor weighed) {
        Tensor sum = weigh(x.matmul(weights.select(0, 0).transpose(0, 1)), weighed.select(1, 0));
        for (int k = 1; k < weights.size(0); k++) {
            sum = sum.add(weigh(x.matmul(weights.select(0, k).transpose(0, 1)), weighed.select(1, k)));
        }
        return sum;
    }

    /** Each sample times its own merged weights, some rows of them at a time. */
    private Tensor own(Tensor x, Tensor weighed) {
        long samples = x.size(0);
        long in = weights.size(2);
        long out = weights.size(1);
        Tensor flat = weights.reshape(weights.size(0), -1);
        // A backward pass needs the merged weights as a whole, tiles would save nothing, and routing learns in float32.
        // Without
        // one the merge is a product like the others, and follows their precision.
        boolean whole = Autograd.isOn();
        long bytes = Precision.products().bytes() * samples * in;
        long rows = whole ? out : Math.max(ROWS, Math.min(out, TILE / bytes));
        List<Tensor> parts = new ArrayList<>();
        for (long row = 0; row < out; row += rows) {
            long some = Math.min(rows, out - row);
            long start = row * in;
            try (Scope scope = Scope.open()) {
                Tensor tile = flat.slice(1, start, some * in);
                Tensor merged = whole ? Precision.full(() -> weighed.matmul(tile)) : weighed.matmul(tile);
                parts.add(scope.keep(x.matmul(merged.reshape(samples, some, in).transpose(1, 2))));
            }
        }
        return parts.size() == 1 ? parts.get(0) : Tensor.concat(parts, 2);
    }

    @Override
    public DenseExperts rounded(DType type) {
        return new DenseExperts(weights.to(type), biases);
    }

    @Override
    public long parameters() {
        long all = weights.size(0);
        return (weights.elements() + biases.elements()) / all * (all - 1);
    }

    @Override
    public Weights tensors(String name) {
        return new Weights(Map.of(name + ".weight", weights, name + ".bias", biases));
    }
}
