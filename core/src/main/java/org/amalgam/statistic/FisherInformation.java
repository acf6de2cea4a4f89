package org.amalgam.statistic;

import org.amalgam.model.Architecture;
import org.amalgam.model.Encoder;
import org.amalgam.model.ParameterSpec;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The diagonal of the Fisher information (Matena and Raffel, Merging models with Fisher-weighted averaging, NeurIPS 2022,
 * section 3.2), as the reference estimates it: the squared gradient of a batch's summed log-likelihood, summed over batches and
 * divided by the number of samples. The square is taken <b>after</b> summing over the batch, so the batch size matters.
 *
 * @param labels whose labels the likelihood is of
 * @param parameters names of the parameters whose information is wanted
 */
public record FisherInformation(Labels labels, Predicate<String> parameters) implements Statistic {

    /** Whose labels count. */
    public enum Labels {
        /** The model's own: every class, weighted with the square root of its probability. */
        MODEL,
        /** The data's: what is called the empirical Fisher information. */
        DATA
    }

    @Override
    public String kind() {
        return "fisher";
    }

    @Override
    public String describe() {
        return "diagonal Fisher information, labels of the " + (labels == Labels.MODEL ? "model" : "data");
    }

    @Override
    public boolean passesBack() {
        return true;
    }

    @Override
    public List<String> names(Architecture architecture) {
        return architecture.parameters().stream()
                .map(ParameterSpec::name)
                .filter(parameters)
                .toList();
    }

    /** One tensor a parameter, of its shape. */
    @Override
    public Weights of(Architecture architecture, Weights weights, Task task, List<int[]> batches, Run run) {
        if (labels == Labels.DATA) {
            task.requireLabels();
        }
        Weights model = weights.map((name, tensor) -> tensor.to(DType.F32));
        // Sums of its own for every worker, added up in their order: the bits do not depend on who is done first.
        List<Weights> sums = Stream.generate(() -> zeros(model))
                .limit(Math.min(batches.size(), run.workers().count()))
                .toList();
        int samples = run
                .deal("Fisher " + task.name(), batches, (worker, rows) -> {
                    addSquaredGradients(sums.get(worker), architecture, model, task, rows, run);
                    return rows.length;
                })
                .stream()
                .mapToInt(Integer::intValue)
                .sum();
        return total(sums, samples);
    }

    private Weights zeros(Weights model) {
        Map<String, Tensor> zeros = new LinkedHashMap<>();
        model.entries().forEach((name, tensor) -> {
            if (parameters.test(name)) {
                zeros.put(name, Tensor.zeros(tensor.shape()));
            }
        });
        return new Weights(zeros);
    }

    private void addSquaredGradients(
            Weights sums, Architecture architecture, Weights model, Task task, int[] rows, Run run) {
        try (Scope scope = Scope.open()) {
            Weights leaves = model.map((name, tensor) -> parameters.test(name) ? tensor.leaf() : tensor);
            Encoder network = architecture.encoder(leaves);
            Batch batch = task.batch(rows);
            int micro = run.microBatch(architecture.activationBytes());
            for (int from = 0; from < rows.length; from += micro) {
                backward(network, task, batch.slice(from, Math.min(micro, rows.length - from)), run);
            }
            sums.entries().forEach((name, sum) -> {
                Tensor leaf = leaves.get(name);
                if (leaf.hasGradient()) {
                    Tensor gradient = leaf.gradient();
                    sum.addProductInPlace(gradient, gradient, 1);
                }
            });
        }
    }

    /** Gradients of a sum over samples add up at the leaves, however the batch is cut. */
    private void backward(Encoder network, Task task, Batch part, Run run) {
        try (Scope scope = Scope.open()) {
            Tensor features =
                    run.precision().run(() -> network.features(part.inputs())).to(DType.F32);
            logLikelihood(task.head().logits(features), part.labels()).backward();
        }
    }

    private Tensor logLikelihood(Tensor logits, Tensor classes) {
        return switch (labels) {
            // The root, because it is squared with the gradient: the expectation over the model's own labels.
            case MODEL ->
                Functional.softmax(logits)
                        .detach()
                        .sqrt()
                        .mul(Functional.logSoftmax(logits))
                        .sum();
            case DATA -> Functional.crossEntropy(logits, classes).sum().mul(-1);
        };
    }

    private static Weights total(List<Weights> sums, long samples) {
        Weights total = sums.get(0);
        total.entries().forEach((name, sum) -> {
            for (Weights more : sums.subList(1, sums.size())) {
                sum.assign(sum.add(more.get(name)));
            }
            sum.mulInPlace(1.0 / samples);
        });
        return total;
    }
}
