package org.amalgam.analysis;

import org.amalgam.merge.TaskMatrices;
import org.amalgam.run.Run;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Scalar products of K vectors with each other: what their lengths and angles come from. Adds up over spans.
 *
 * @param products K x K, row by row
 */
record GramMatrix(int size, List<Double> products) {

    GramMatrix {
        products = List.copyOf(products);
    }

    static GramMatrix zero(int size) {
        return new GramMatrix(size, java.util.Collections.nCopies(size * size, 0.0));
    }

    /** Of the rows of a matrix [K, P], in double precision. */
    static GramMatrix of(Tensor rows) {
        Tensor exact = rows.to(DType.F64);
        int size = Math.toIntExact(exact.size(0));
        var values = exact.matmul(exact.transpose(0, 1)).toBytes().asDoubleBuffer();
        List<Double> products = new ArrayList<>();
        while (values.hasRemaining()) {
            products.add(values.get());
        }
        return new GramMatrix(size, products);
    }

    /** Of the task vectors of each tensor, which are read once, span by span, by all workers. */
    static Map<String, GramMatrix> byTensor(TaskMatrices vectors, Run run) {
        record Part(String name, Span span) {}
        List<Part> parts = new ArrayList<>();
        vectors.names()
                .forEach(name -> Span.of(vectors.elements(name)).forEach(span -> parts.add(new Part(name, span))));
        List<GramMatrix> found = run.deal("comparing", parts, (worker, part) -> {
            try (Scope scope = Scope.open()) {
                return of(vectors.matrix(part.name(), part.span()));
            }
        });
        Map<String, GramMatrix> byTensor = new LinkedHashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            byTensor.merge(parts.get(i).name(), found.get(i), GramMatrix::plus);
        }
        return byTensor;
    }

    GramMatrix plus(GramMatrix other) {
        List<Double> sums = new ArrayList<>();
        for (int i = 0; i < products.size(); i++) {
            sums.add(products.get(i) + other.products.get(i));
        }
        return new GramMatrix(size, sums);
    }

    private double product(int i, int j) {
        return products.get(i * size + j);
    }

    /** The length of a vector. */
    double norm(int i) {
        return Math.sqrt(product(i, i));
    }

    /** The cosine of the angle between two vectors; NaN where one has no length. */
    double cosine(int i, int j) {
        return product(i, j) / (norm(i) * norm(j));
    }
}
