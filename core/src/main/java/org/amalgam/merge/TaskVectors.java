package org.amalgam.merge;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The ancestor theta_0 and the task vectors tau_k = theta_k - theta_0 (Ilharco et al., ICLR 2023): for every parameter tensor
 * with P elements one matrix T [K, P] whose rows are the K task vectors, in float32.
 *
 * <p>Every merge that this project knows is {@code theta = theta_0 + T^t lambda}; {@link #merge} is where it is computed of task
 * vectors that are held, {@link SpannedMerge} of those that are not. It is differentiable in lambda, and the gradient
 * {@code dL/dlambda = T . dL/dtheta} costs one more pass over T.
 *
 * @param ancestor theta_0, float32
 * @param matrices T for each parameter, in the ancestor's order
 */
public record TaskVectors(Weights ancestor, Weights matrices) implements TaskMatrices, LinearMerge {

    /** The differences of {@code experts} to their ancestor. One parameter is in flight at a time; the result is new memory. */
    public static TaskVectors of(Weights ancestor, List<Weights> experts) {
        return made(ancestor, (name, theta) -> {
            Tensor matrix = Tensor.empty(DType.F32, experts.size(), theta.elements());
            for (int k = 0; k < experts.size(); k++) {
                matrix.select(0, k)
                        .assign(experts.get(k)
                                .get(name)
                                .to(DType.F32)
                                .sub(theta)
                                .flatten());
            }
            return matrix;
        });
    }

    /** Whatever task vectors to that ancestor, held from now on. */
    public static TaskVectors held(Weights ancestor, TaskMatrices vectors) {
        return made(ancestor, (name, theta) -> vectors.matrix(name));
    }

    /** @param matrix T [K, P] of a parameter's name and its theta_0 in float32 */
    private static TaskVectors made(Weights ancestor, BiFunction<String, Tensor, Tensor> matrix) {
        Map<String, Tensor> base = new LinkedHashMap<>();
        Map<String, Tensor> matrices = new LinkedHashMap<>();
        for (String name : ancestor.names()) {
            try (Scope scope = Scope.open()) {
                Tensor theta = ancestor.get(name).to(DType.F32).copy();
                matrices.put(name, scope.keep(matrix.apply(name, theta)));
                base.put(name, scope.keep(theta));
            }
        }
        return new TaskVectors(new Weights(base), new Weights(matrices));
    }

    @Override
    public List<String> names() {
        return ancestor.names();
    }

    @Override
    public long elements(String name) {
        return ancestor.get(name).elements();
    }

    @Override
    public Tensor row(String name, int task) {
        return matrices.get(name).select(0, task);
    }

    @Override
    public Tensor matrix(String name, Span span) {
        return matrices.get(name).slice(1, span.start(), span.length());
    }

    @Override
    public int tasks() {
        return Math.toIntExact(matrices.tensors().get(0).size(0));
    }

    @Override
    public int layers() {
        return matrices.entries().size();
    }

    @Override
    public Weights merge(Coefficients coefficients) {
        Map<String, Tensor> merged = new LinkedHashMap<>();
        int layer = 0;
        for (String name : ancestor.names()) {
            merged.put(name, merge(name, coefficients.column(layer)));
            layer++;
        }
        return new Weights(merged);
    }

    /** {@code theta_0 + T^t lambda} of one parameter tensor; lambda [K]. */
    public Tensor merge(String name, Tensor lambda) {
        Tensor theta = ancestor.get(name);
        return theta.flatten()
                .addMatrixVector(matrices.get(name).transpose(0, 1), lambda)
                .reshape(theta.shape());
    }

    /** T of one parameter in its shape: [K, ...]; a view. */
    public Tensor shaped(String name) {
        long[] shape = ancestor.get(name).shape();
        long[] stacked = new long[shape.length + 1];
        stacked[0] = tasks();
        System.arraycopy(shape, 0, stacked, 1, shape.length);
        return matrices.get(name).reshape(stacked);
    }

    /** Other task vectors to the same ancestor, made parameter by parameter from these. */
    public TaskVectors map(BiFunction<String, Tensor, Tensor> change) {
        Map<String, Tensor> changed = new LinkedHashMap<>();
        matrices.entries().forEach((name, matrix) -> {
            try (Scope scope = Scope.open()) {
                changed.put(name, scope.keep(change.apply(name, matrix)));
            }
        });
        return new TaskVectors(ancestor, new Weights(changed));
    }

    /** The task vector of the {@code k}-th task, in the ancestor's shapes; views. */
    public Weights taskVector(int k) {
        return ancestor.map((name, theta) -> matrices.get(name).select(0, k).reshape(theta.shape()));
    }
}
