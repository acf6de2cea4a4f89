package org.amalgam.statistic;

import org.amalgam.model.Architecture;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.TokenIds;
import org.amalgam.nn.Layer;
import org.amalgam.nn.Layers;
import org.amalgam.pool.Task;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The Gram matrices {@code X^T X / rows} of the inputs of linear maps (Jin et al., Dataless knowledge fusion by merging weights
 * of language models, ICLR 2023, section 3): X has one row for every token of every sample. Labels are not looked at.
 *
 * <p>Samples are computed in rounds: the workers share out a round's samples and keep what each linear map is handed, then they
 * share out the maps. So one matrix a map is held, however many workers there are, and a round is as large as activations may
 * be.
 *
 * @param linears the maps whose matrices are wanted
 */
public record GramMatrices(List<LinearSpec> linears) implements Statistic {

    public GramMatrices {
        linears = List.copyOf(linears);
    }

    @Override
    public String kind() {
        return "gram";
    }

    @Override
    public String describe() {
        return "Gram matrices of the inputs of linear maps";
    }

    @Override
    public boolean passesBack() {
        return false;
    }

    @Override
    public List<String> names(Architecture architecture) {
        return linears.stream().map(LinearSpec::name).toList();
    }

    /** One symmetric matrix [in, in] a linear map, by the map's name. */
    @Override
    public Weights of(Architecture architecture, Weights weights, Task task, List<int[]> batches, Run run) {
        Weights model = weights.map((name, tensor) -> tensor.to(DType.F32));
        int[] rows = batches.stream().flatMapToInt(Arrays::stream).toArray();
        int round = (int) Math.max(
                run.workers().count(), Math.min(rows.length, run.activationBytes() / architecture.activationBytes()));
        Map<String, Tensor> grams = new LinkedHashMap<>();
        long tokens = 0;
        try (Progress progress = run.progress().progress("Gram " + task.name(), (rows.length - 1) / round + 1)) {
            for (int from = 0; from < rows.length; from += round) {
                List<int[]> shares = shares(Arrays.copyOfRange(rows, from, Math.min(rows.length, from + round)), run);
                List<Map<String, Tensor>> inputs = shares.stream()
                        .<Map<String, Tensor>>map(share -> new LinkedHashMap<>())
                        .toList();
                try {
                    observe(architecture, model, task, shares, inputs, run);
                    if (grams.isEmpty()) {
                        linears.forEach(linear -> {
                            long in = inputs.get(0).get(linear.name()).size(1);
                            grams.put(linear.name(), Tensor.zeros(in, in));
                        });
                    }
                    add(inputs, grams, run);
                    tokens += inputs.stream()
                            .mapToLong(part -> part.values().stream()
                                    .findFirst()
                                    .map(x -> x.size(0))
                                    .orElse(0L))
                            .sum();
                } finally {
                    inputs.forEach(part -> part.values().forEach(Tensor::close));
                }
                progress.step(from / round + 1L, "");
            }
        }
        for (Tensor gram : grams.values()) {
            gram.mulInPlace(1.0 / tokens);
        }
        return new Weights(grams);
    }

    /** A part of the samples for each worker. */
    private static List<int[]> shares(int[] rows, Run run) {
        int parts = Math.min(rows.length, run.workers().count());
        return IntStream.range(0, parts)
                .mapToObj(
                        part -> Arrays.copyOfRange(rows, part * rows.length / parts, (part + 1) * rows.length / parts))
                .toList();
    }

    /**
     * Puts down what each linear map is handed, [rows, in], share by share. Whoever asks closes the tensors, also where a share
     * fails: the others' are there by then.
     */
    private void observe(
            Architecture architecture,
            Weights model,
            Task task,
            List<int[]> shares,
            List<Map<String, Tensor>> inputs,
            Run run) {
        List<Integer> parts = IntStream.range(0, shares.size()).boxed().toList();
        List<Integer> unusedParts = run.workers().deal(parts, (worker, part) -> {
            try (Scope scope = Scope.open();
                    Autograd.Off off = Autograd.off()) {
                Tensor samples = task.batch(shares.get(part)).inputs();
                Layers layers = observing(
                        model,
                        inputs.get(part),
                        TokenIds.are(samples)
                                ? Optional.of(
                                        TokenIds.present(samples).flatten().nonZero())
                                : Optional.empty());
                Tensor unused =
                        run.precision().run(() -> architecture.encoder(layers).features(samples));
            }
            return part;
        });
    }

    /** @param tokens of texts, which of the rows are tokens: what stands for a shorter text's padding must not count */
    private Layers observing(Weights model, Map<String, Tensor> inputs, Optional<Tensor> tokens) {
        Layers plain = Layers.of(model);
        Map<String, Layer> observing = new HashMap<>();
        linears.forEach(linear -> {
            Layer layer = linear.in(plain);
            observing.put(linear.name(), x -> {
                Tensor rows = x.to(DType.F32).reshape(-1, x.size(-1));
                inputs.put(linear.name(), tokens.map(rows::rows).orElse(rows).retained());
                return layer.apply(x);
            });
        });
        return new Layers(model, observing);
    }

    private void add(List<Map<String, Tensor>> inputs, Map<String, Tensor> grams, Run run) {
        List<Integer> unused = run.workers().deal(new ArrayList<>(grams.keySet()), (worker, name) -> {
            for (Map<String, Tensor> part : inputs) {
                try (Scope scope = Scope.open()) {
                    Tensor x = part.get(name);
                    grams.get(name).addMatrixProductInPlace(x.transpose(0, 1), x);
                }
            }
            return 0;
        });
    }
}
