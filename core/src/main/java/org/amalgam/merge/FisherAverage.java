package org.amalgam.merge;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The average of models weighted entry by entry with their Fisher information (Matena and Raffel, Merging models with
 * Fisher-weighted averaging, NeurIPS 2022, equation 2),
 *
 * <pre>  theta = sum_k a_k (F_k + m) theta_k / sum_k a_k (F_k + m)</pre>
 *
 * <p>as running sums, so that one model's information is in memory at a time. Where models are normalised a_k is
 * {@code 1 / (|F_k| + m)}, |F_k| the L2 norm over everything, as in the reference but for factors that all models share; else
 * it is 1.
 */
public final class FisherAverage {

    private final boolean normalize;
    private final double minimum;
    private final Map<String, Tensor> sums = new LinkedHashMap<>();
    private final Map<String, Tensor> weights = new LinkedHashMap<>();

    /**
     * Sums of nothing yet, in the scope that is open.
     *
     * @param names the parameters that are merged
     * @param minimum m, above 0: entries without any information are then averaged
     */
    public FisherAverage(Weights shapes, List<String> names, boolean normalize, double minimum) {
        this.normalize = normalize;
        this.minimum = minimum;
        names.forEach(name -> {
            sums.put(name, Tensor.zeros(shapes.get(name).shape()));
            weights.put(name, Tensor.zeros(shapes.get(name).shape()));
        });
    }

    /** Adds a model. */
    public void add(Weights model, Weights fisher) {
        double share = normalize ? 1 / (norm(fisher) + minimum) : 1;
        sums.forEach((name, sum) -> {
            try (Scope scope = Scope.open()) {
                Tensor weight = fisher.get(name).add(minimum).mul(share);
                sum.addProductInPlace(weight, model.get(name).to(DType.F32), 1);
                weights.get(name).assign(weights.get(name).add(weight));
            }
        });
    }

    /** The average of the models added. */
    public Map<String, Tensor> average() {
        Map<String, Tensor> average = new LinkedHashMap<>();
        sums.forEach((name, sum) -> average.put(name, sum.div(weights.get(name))));
        return average;
    }

    private double norm(Weights fisher) {
        double squares = 0;
        for (String name : sums.keySet()) {
            try (Scope scope = Scope.open()) {
                double norm = fisher.get(name).flatten().norm(0).item();
                squares += norm * norm;
            }
        }
        return Math.sqrt(squares);
    }
}
