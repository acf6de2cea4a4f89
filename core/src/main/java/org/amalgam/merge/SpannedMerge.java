package org.amalgam.merge;

import org.amalgam.merge.TaskMatrices.RowReader;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.LazyWeights.Blockwise;
import org.amalgam.tensor.Rows;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.amalgam.tensor.Window;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * {@code theta_0 + T^t lambda} of task vectors that are not held: forward and back they are made block by block of the mapped
 * models, in float32, used and forgotten. So learning lambda needs memory for a merged model and its gradients, however many
 * tasks there are; the models' pages are the system's to keep or to drop. The backward pass is a projection,
 * {@code dL/dlambda = T . dL/dtheta}, in the order of the blocks.
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
            Blockwise sums = sums(name, matrices.rows(name), columns.get(name).toFloats());
            Span.of(ancestor.get(name).elements()).forEach(span -> {
                try (Scope scope = Scope.open()) {
                    span.of(merged.get(name)).assign(sums.at(span));
                }
            });
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
        Map<String, float[]> projected = eachParameter(
                names,
                (name, matrices) ->
                        projected(matrices.rows(name), gradients.get(name).contiguous()));
        Autograd.backward(
                names.stream().map(columns::get).toList(),
                names.stream()
                        .map(name -> Tensor.of(projected.get(name), tasks))
                        .toList(),
                again);
    }

    /** {@code theta_0 + T^t lambda} of one parameter: what is added to theta_0 is summed up first, so that theta_0 rounds once. */
    private Blockwise sums(String name, RowReader reader, float[] lambda) {
        Window theta = Window.of(ancestor.get(name));
        return (block, into) -> {
            int length = (int) block.length();
            try (Rows rows = Rows.lent(tasks)) {
                reader.read(block, rows);
                Entries.scale(rows.row(0), lambda[0], length);
                for (int k = 1; k < tasks; k++) {
                    Entries.addScaled(rows.row(0), rows.row(k), lambda[k], length);
                }
                theta.copy(block, into);
                Entries.addScaled(into, rows.row(0), 1, length);
            }
        };
    }

    /** {@code T . dL/dtheta} of one parameter: [K]. Every place in a block has a float32 sum over the blocks; theirs are float64. */
    private float[] projected(RowReader reader, Tensor gradient) {
        float[][] products = new float[tasks][(int) Math.min(Rows.ELEMENTS, gradient.elements())];
        Window window = Window.of(gradient);
        try (Rows rows = Rows.lent(tasks + 1)) {
            Span.whole(gradient.elements()).forEachBlock(block -> {
                reader.read(block, rows);
                window.copy(block, rows.row(tasks));
                for (int k = 0; k < tasks; k++) {
                    Entries.addProduct(products[k], rows.row(k), rows.row(tasks), (int) block.length());
                }
            });
        }
        float[] projected = new float[tasks];
        for (int k = 0; k < tasks; k++) {
            double sum = 0;
            for (float product : products[k]) {
                sum += product;
            }
            projected[k] = (float) sum;
        }
        return projected;
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
}
