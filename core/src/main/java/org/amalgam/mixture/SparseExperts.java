package org.amalgam.mixture;

import org.amalgam.nn.Linear;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Task vectors of which only the entries that a pruning left are held (E-WEMoE, Shen et al., 2024): eight bytes an entry, a value
 * and its position, instead of four for every entry of the matrix.
 *
 * @param base the ancestor's map
 * @param vectors one a task
 * @param biases [K, out], pruned but held densely
 */
public record SparseExperts(Linear base, List<Entries> vectors, Tensor biases) implements Experts {

    /**
     * The entries of one matrix that are not zero, row by row.
     *
     * @param positions [n] in the row-major matrix, int32, ascending
     * @param values [n], float32
     */
    public record Entries(Tensor positions, Tensor values) {

        /** The entries of a matrix that are not zero. */
        public static Entries of(Tensor matrix) {
            try (Scope scope = Scope.open()) {
                Tensor flat = matrix.flatten();
                Tensor positions = flat.nonZero();
                return new Entries(scope.keep(positions.to(DType.I32)), scope.keep(flat.rows(positions)));
            }
        }

        long count() {
            return values.elements();
        }
    }

    public SparseExperts {
        vectors = List.copyOf(vectors);
    }

    @Override
    public Linear merge(Tensor routing) {
        Tensor merged = base.weight().flatten().copy();
        for (int k = 0; k < vectors.size(); k++) {
            Entries vector = vectors.get(k);
            merged = merged.addAt(vector.positions(), vector.values().mul(routing.select(0, k)));
        }
        return new Linear(
                merged.reshape(base.weight().shape()), base.bias().addMatrixVector(biases.transpose(0, 1), routing));
    }

    @Override
    public Tensor apply(Tensor x, Tensor routing) {
        if (Autograd.isOn()) {
            return eachSample(x, routing);
        }
        // Spread out for as long as the layer computes, the experts cost what dense ones do and no more.
        try (Scope scope = Scope.open()) {
            return scope.keep(dense().apply(x, routing));
        }
    }

    private DenseExperts dense() {
        Tensor weights = Tensor.zeros(vectors.size() + 1L, base.weight().elements());
        weights.select(0, 0).assign(base.weight().flatten());
        for (int k = 0; k < vectors.size(); k++) {
            Entries vector = vectors.get(k);
            weights.select(0, k + 1L).addAt(vector.positions(), vector.values());
        }
        List<Tensor> rows = new ArrayList<>();
        rows.add(base.bias().reshape(1, -1));
        rows.add(biases);
        return new DenseExperts(
                weights.reshape(
                        vectors.size() + 1L,
                        base.weight().size(0),
                        base.weight().size(1)),
                Tensor.concat(rows, 0));
    }

    /** For a backward pass, which must not keep the experts spread out. */
    private Tensor eachSample(Tensor x, Tensor routing) {
        List<Tensor> mapped = new ArrayList<>();
        for (int n = 0; n < x.size(0); n++) {
            mapped.add(merge(routing.select(0, n)).apply(x.slice(0, n, 1)));
        }
        return Tensor.concat(mapped, 0);
    }

    @Override
    public long parameters() {
        long kept = vectors.stream().mapToLong(Entries::count).sum();
        try (Scope scope = Scope.open()) {
            return kept + biases.flatten().nonZero().elements();
        }
    }

    @Override
    public Weights tensors(String name) {
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put(name + ".base.weight", base.weight());
        parts.put(name + ".base.bias", base.bias());
        for (int k = 0; k < vectors.size(); k++) {
            parts.put(name + "." + k + ".positions", vectors.get(k).positions());
            parts.put(name + "." + k + ".values", vectors.get(k).values());
        }
        parts.put(name + ".bias", biases);
        return new Weights(parts);
    }
}
