package org.amalgam.merge;

import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * {@code theta_0 + T^t lambda} of task vectors that are not held: forward and back they are made span by span of the mapped
 * models, in float32, used and forgotten. So learning lambda needs memory for a merged model and its gradients, however many
 * tasks there are; the models' pages are the system's to keep or to drop. The backward pass is a projection,
 * {@code dL/dlambda = T . dL/dtheta}, summed over spans in float64 and in their order.
 *
 * @param ancestor theta_0, of any floating-point type
 * @param tasks K
 * @param vectors the task vectors of one parameter; asked for at every pass and used while the scope is open in which they were
 * @param crew shares the spans out
 */
public record SpannedMerge(Weights ancestor, int tasks, Function<String, TaskMatrices> vectors, Crew crew)
        implements LinearMerge {

    @Override
    public int layers() {
        return ancestor.entries().size();
    }

    @Override
    public Weights merge(Coefficients coefficients) {
        Map<String, Tensor> merged = new LinkedHashMap<>();
        Map<String, Weights.Origin> origins = new LinkedHashMap<>();
        int layer = 0;
        for (String name : ancestor.names()) {
            Tensor lambda = coefficients.column(layer);
            merged.put(name, merged(name, lambda));
            if (Autograd.isOn() && lambda.isLearned()) {
                origins.put(name, new Weights.Origin(lambda, gradient -> projected(name, gradient)));
            }
            layer++;
        }
        return new Weights(merged, origins);
    }

    private Tensor merged(String name, Tensor lambda) {
        Tensor theta = ancestor.get(name);
        Tensor merged = Tensor.empty(DType.F32, theta.shape());
        eachSpan(name, (span, matrix) -> {
            Tensor values = span.of(theta).to(DType.F32).addMatrixVector(matrix.transpose(0, 1), lambda);
            span.of(merged).assign(values);
            return span;
        });
        return merged;
    }

    /** {@code T . dL/dtheta} of one parameter: [K]. */
    private Tensor projected(String name, Tensor gradient) {
        List<float[]> products = eachSpan(
                name, (span, matrix) -> matrix.matmul(span.of(gradient)).toFloats());
        double[] sums = new double[tasks];
        for (float[] product : products) {
            for (int k = 0; k < tasks; k++) {
                sums[k] += product[k];
            }
        }
        float[] rounded = new float[tasks];
        for (int k = 0; k < tasks; k++) {
            rounded[k] = (float) sums[k];
        }
        return Tensor.of(rounded, tasks);
    }

    private <R> List<R> eachSpan(String name, BiFunction<Span, Tensor, R> work) {
        try (Scope mapped = Scope.open()) {
            TaskMatrices one = vectors.apply(name);
            return crew.deal(Span.of(one.elements(name)), span -> {
                try (Scope scope = Scope.open();
                        Autograd.Off off = Autograd.off()) {
                    return work.apply(span, one.matrix(name, span));
                }
            });
        }
    }
}
