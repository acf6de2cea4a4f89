package org.amalgam.mixture;

import org.amalgam.nn.Linear;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Tensor;

import java.util.List;

/**
 * Says how much of each expert a sample gets (Tang et al., ICML 2024, section 3.3): {@code b_0}, {@code W_1 h + b_1} or {@code W_2
 * relu(W_1 h + b_1) + b_2} of every token's hidden state h, averaged over the tokens. There is no softmax: weights are merging
 * coefficients and may be any number. The map that gives them is computed in float32; a hidden layer in front of it follows the
 * precision around it, as every layer does.
 */
public sealed interface Router {

    /** Routing weights of each token: [N, tokens, K], or [K] where nothing depends on the input. */
    Tensor gate(Tensor hidden);

    /** No hidden layer and no input: constants, which make the mixture AdaMerging over the layers' parameters. */
    record Constant(Tensor weight) implements Router {
        @Override
        public Tensor gate(Tensor hidden) {
            return weight;
        }
    }

    /** One linear map. */
    record Affine(Linear map) implements Router {
        @Override
        public Tensor gate(Tensor hidden) {
            return Precision.full(() -> map.apply(hidden.to(DType.F32)));
        }
    }

    /** Two linear maps. */
    record Perceptron(Linear first, Linear second) implements Router {
        @Override
        public Tensor gate(Tensor hidden) {
            Tensor inner = Functional.relu(first.apply(hidden));
            return Precision.full(() -> second.apply(inner.to(DType.F32)));
        }
    }

    /** A router that is also told which block it serves: the block's encoding [d] stands before every hidden state. */
    record Positioned(Tensor encoding, Router router) implements Router {
        @Override
        public Tensor gate(Tensor hidden) {
            Tensor repeated = encoding.expand(hidden.size(0), hidden.size(1), encoding.elements());
            return router.gate(Tensor.concat(List.of(repeated, hidden), 2));
        }
    }

    /**
     * Routing weights of samples.
     *
     * @param hidden [N, tokens, width]
     * @param batchReduce whether the batch shares one routing, its mean
     * @return [N, K]; or [1, K] for a shared or constant routing
     */
    default Tensor route(Tensor hidden, boolean batchReduce) {
        Tensor gated = gate(hidden);
        if (gated.shape().length == 1) {
            return gated.reshape(1, -1);
        }
        Tensor samples = gated.mean(1);
        return batchReduce ? samples.mean(0).reshape(1, -1) : samples;
    }

    /** Sines, then cosines, of {@code index · 10000^(-2i/d)}, i below d/2: [d] (Vaswani et al., 2017). */
    static Tensor encoding(int index, int d) {
        float[] values = new float[d];
        for (int i = 0; i < d / 2; i++) {
            double angle = index * Math.pow(10000, -2.0 * i / d);
            values[i] = (float) Math.sin(angle);
            values[d / 2 + i] = (float) Math.cos(angle);
        }
        return Tensor.of(values, d);
    }
}
