package org.amalgam.merge;

import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
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
 * @param vectors the task vectors of one parameter; asked for at every pass, by several threads, each in a scope of its own
 * @param crew shares the parameters out
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
        Map<String, Tensor> columns = new LinkedHashMap<>();
        ancestor.entries().forEach((name, theta) -> {
            columns.put(name, coefficients.column(columns.size()));
            merged.put(name, Tensor.empty(DType.F32, theta.shape()));
        });
        eachParameter(ancestor.names(), (name, matrices) -> {
            Tensor theta = ancestor.get(name);
            Tensor lambda = columns.get(name);
            eachSpan(name, matrices, (span, matrix) -> span.of(merged.get(name))
                    .assign(span.of(theta).to(DType.F32).addMatrixVector(matrix.transpose(0, 1), lambda)));
            return name;
        });
        boolean learned = Autograd.isOn() && coefficients.lambda().isLearned();
        return new Weights(
                merged,
                learned ? Optional.of((gradients, again) -> pass(gradients, columns, again)) : Optional.empty());
    }

    /** The gradients of the coefficients' columns, carried on from there. */
    private void pass(Map<String, Tensor> gradients, Map<String, Tensor> columns, boolean again) {
        List<String> names = List.copyOf(gradients.keySet());
        Map<String, float[]> projected =
                eachParameter(names, (name, matrices) -> projected(name, matrices, gradients.get(name)));
        Autograd.backward(
                names.stream().map(columns::get).toList(),
                names.stream()
                        .map(name -> Tensor.of(projected.get(name), tasks))
                        .toList(),
                again);
    }

    /** {@code T . dL/dtheta} of one parameter: [K]. */
    private float[] projected(String name, TaskMatrices matrices, Tensor gradient) {
        double[] sums = new double[tasks];
        eachSpan(name, matrices, (span, matrix) -> {
            float[] products = matrix.matmul(span.of(gradient)).toFloats();
            for (int k = 0; k < tasks; k++) {
                sums[k] += products[k];
            }
        });
        float[] rounded = new float[tasks];
        for (int k = 0; k < tasks; k++) {
            rounded[k] = (float) sums[k];
        }
        return rounded;
    }

    /** The parameters, the largest first, so that they are shared out evenly. */
    private <R> Map<String, R> eachParameter(List<String> names, BiFunction<String, TaskMatrices, R> work) {
        List<String> largestFirst = names.stream()
                .sorted(Comparator.comparingLong(name -> -ancestor.get(name).elements()))
                .toList();
        List<R> results = crew.deal(largestFirst, name -> {
            try (Scope scope = Scope.open();
                    Autograd.Off off = Autograd.off()) {
                return work.apply(name, vectors.apply(name));
            }
        });
        Map<String, R> byName = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            byName.put(largestFirst.get(i), results.get(i));
        }
        return byName;
    }

    private static void eachSpan(String name, TaskMatrices matrices, BiConsumer<Span, Tensor> work) {
        Span.of(matrices.elements(name)).forEach(span -> {
            try (Scope scope = Scope.open()) {
                work.accept(span, matrices.matrix(name, span));
            }
        });
    }
}
