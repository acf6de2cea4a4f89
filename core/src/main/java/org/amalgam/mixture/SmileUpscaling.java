package org.amalgam.mixture;

import org.amalgam.AmalgamException;
import org.amalgam.merge.LowRank;
import org.amalgam.model.LinearSpec;
import org.amalgam.nn.Linear;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.LinearAlgebra;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Svd;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.List;

/**
 * How a linear map of fine-tuned models becomes one layer.
 *
 * @param gateK right singular directions that an expert's gate looks at, at least 1
 * @param k rank of the experts; below 0 they are dense
 * @param topK experts a token, at least 1
 * @param routingUseDiff gates look at the differences to the pre-trained matrix, instead of at the fine-tuned matrices
 * @param fullMatrices ranks above the matrix's are refused, instead of cut to it
 */
public record SmileUpscaling(int gateK, int k, int topK, boolean routingUseDiff, boolean fullMatrices) {

    /** Below this no entry of a task vector counts as changed: the reference's own bound. */
    private static final double UNCHANGED = 1e-8;

    public SmileUpscaling {
        if (gateK < 1) {
            throw new AmalgamException("method.gate_k is " + gateK + ", expected at least 1");
        }
        if (k == 0) {
            throw new AmalgamException(
                    "method.k is 0, which leaves no experts; give a rank, or -1 for experts that are not truncated");
        }
        if (topK < 1) {
            throw new AmalgamException("method.top_k is " + topK + ", expected at least 1");
        }
    }

    /**
     * Makes room for a layer in the scope that is open; {@link Site#fill} computes what stands in it, one expert at a time.
     *
     * @param count fine-tuned models, each of which becomes an expert
     * @throws AmalgamException if a rank is above the matrix's, or there are fewer experts than a token is to be sent to
     */
    public Site site(LinearSpec spec, Weights ancestor, int count) {
        requireFit(List.of(spec), ancestor, count);
        Linear pretrained = linear(spec, ancestor);
        long out = pretrained.weight().size(0);
        long in = pretrained.weight().size(1);
        long most = LinearAlgebra.rank(pretrained.weight());
        SvdGate gate = new SvdGate(rows(count * Math.min(gateK, most), in), count, topK);
        long factors = k < 0 ? 0 : count * Math.min(k, most);
        TokenExperts made = k < 0
                ? new TokenExperts.Dense(Tensor.empty(DType.F32, count, out, in))
                : new TokenExperts.Truncated(rows(factors, out), rows(factors, in));
        return new Site(this, spec, new SmileLinear(pretrained, gate, made, rows(count, out)));
    }

    /**
     * Refuses maps that it cannot upscale, by their shapes.
     *
     * @param ancestor has the maps' matrices
     * @param count fine-tuned models
     * @throws AmalgamException if a rank is above a matrix's, or there are fewer experts than a token is to be sent to
     */
    public void requireFit(List<LinearSpec> maps, Weights ancestor, int count) {
        if (topK > count) {
            throw new AmalgamException("method.top_k is " + topK + ", and there are " + count
                    + (count == 1 ? " expert" : " experts") + " to choose from; give at most " + count);
        }
        for (LinearSpec map : fullMatrices ? maps : List.<LinearSpec>of()) {
            Tensor matrix = ancestor.get(map.weight());
            requireRank(matrix, gateK, map, "method.gate_k");
            if (k > 0) {
                requireRank(matrix, k, map, "method.k");
            }
        }
    }

    private static void requireRank(Tensor stored, long rank, LinearSpec map, String setting) {
        int out = map.inFirst() ? 1 : 0;
        LowRank.requireRank(stored.size(out), stored.size(1 - out), rank, map.weight(), setting);
    }

    private static Tensor rows(long count, long width) {
        return Tensor.empty(DType.F32, count, width);
    }

    /** The map in float32, its matrix as [out, in]. */
    static Linear linear(LinearSpec spec, Weights weights) {
        return new Linear(
                spec.outFirst(weights.get(spec.weight()).to(DType.F32)),
                weights.get(spec.bias()).to(DType.F32));
    }

    /**
     * What a task vector's matrix showed of itself.
     *
     * @param changed whether it is not zero
     * @param singularValues the leading ones that were computed, of whatever the gate looks at
     */
    public record Spectrum(boolean changed, List<Double> singularValues) {}

    /**
     * A layer whose experts are computed one at a time, each by whichever thread.
     *
     * @param layer of use once every expert is filled in
     */
    public record Site(SmileUpscaling how, LinearSpec spec, SmileLinear layer) {

        /** Computes one expert of a fine-tuned model: its directions, its matrix, its bias. */
        public Spectrum fill(int expert, Weights finetuned) {
            try (Scope scope = Scope.open()) {
                Linear own = linear(spec, finetuned);
                Linear pretrained = layer.pretrained();
                Tensor difference = own.weight().sub(pretrained.weight());
                Tensor directions = part(layer.gate().directions(), expert);
                layer.biases().select(0, expert).assign(own.bias().sub(pretrained.bias()));
                Tensor seen = how.routingUseDiff() ? difference : own.weight();
                long rank = directions.size(0);
                Svd svd;
                if (layer.experts() instanceof TokenExperts.Truncated factors) {
                    Tensor right = part(factors.right(), expert);
                    // One decomposition serves gate and expert where both look at the difference.
                    svd = LinearAlgebra.leading(seen, how.routingUseDiff() ? Math.max(rank, right.size(0)) : rank);
                    Svd truncated = (how.routingUseDiff() ? svd : LinearAlgebra.leading(difference, right.size(0)))
                            .first(right.size(0));
                    right.assign(truncated.right());
                    part(factors.left(), expert)
                            .assign(truncated.left().mul(truncated.values()).transpose(0, 1));
                } else {
                    svd = LinearAlgebra.leading(seen, rank);
                    ((TokenExperts.Dense) layer.experts())
                            .matrices()
                            .select(0, expert)
                            .assign(difference);
                }
                directions.assign(svd.first(rank).right());
                boolean changed = difference.abs().flatten().max(0).item() > UNCHANGED;
                return new Spectrum(changed, svd.valueList());
            }
        }

        /** The rows of the expert among rows of all. */
        private Tensor part(Tensor rows, int expert) {
            long each = rows.size(0) / layer.gate().experts();
            return rows.slice(0, expert * each, each);
        }
    }
}
