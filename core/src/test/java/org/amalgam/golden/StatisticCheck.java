package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.method.FisherMerging;
import org.amalgam.method.RegMean;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Head;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.pool.ZeroShotHead;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.statistic.FisherInformation;
import org.amalgam.statistic.FisherInformation.Labels;
import org.amalgam.statistic.GramMatrices;
import org.amalgam.statistic.Samples;
import org.amalgam.statistic.Statistic;
import org.amalgam.statistic.Statistics;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fisher information and Gram matrices, and the merges by them. */
final class StatisticCheck implements Check {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.id().matches("(merge_)?(fisher|regmean)_(?!gpt2).*");
    }

    /** The case's images of a task, in their order. */
    private record FixedTask(String name, Tensor images, Head head) implements Task {
        @Override
        public int size() {
            return Math.toIntExact(images.size(0));
        }

        @Override
        public Batch batch(int[] rows) {
            long[] indices = java.util.Arrays.stream(rows).asLongStream().toArray();
            Tensor unlabelled = Tensor.of(new long[rows.length], rows.length);
            return new Batch(images.rows(Tensor.of(indices, rows.length)), unlabelled);
        }

        @Override
        public String fingerprint() {
            return name;
        }
    }

    @Override
    public void run(GoldenCase golden) {
        try (Scope scope = Scope.open()) {
            Map<String, Path> experts = new LinkedHashMap<>();
            golden.inputs().stream()
                    .filter(name -> !name.contains("/"))
                    .forEach(name -> experts.put(name, golden.folder(name)));
            if (golden.id().startsWith("merge_")) {
                // The ancestor takes no part; any model of the family lends its names and shapes.
                merge(golden, ModelPool.open(experts.values().iterator().next(), experts));
            } else {
                measure(golden, experts);
            }
        }
    }

    private static void merge(GoldenCase golden, ModelPool pool) {
        JsonNode settings = golden.settings();
        Run run = Run.quiet(0, Path.of("target"));
        Weights merged = golden.id().startsWith("merge_fisher")
                ? Settings.bind(
                                FisherMerging.class,
                                Map.of(
                                        "normalize_fisher_weight",
                                        settings.path("normalize_fisher_weight").asBoolean(),
                                        "minimal_fisher_weight",
                                        settings.path("minimal_fisher_weight").asDouble()))
                        .merge(pool, given(golden, pool, "fisher/"))
                        .weights()
                : Settings.bind(
                                RegMean.class,
                                Map.of(
                                        "reduce_non_diagonal_ratio",
                                        settings.path("reduce_non_diagonal_ratio")
                                                .asDouble()))
                        .merge(pool, run, given(golden, pool, "gram/"))
                        .weights();
        golden.expectState("merged", Hosts.state(merged));
    }

    private static Statistics.Source given(GoldenCase golden, ModelPool pool, String prefix) {
        return use -> {
            for (int k = 0; k < pool.tasks().size(); k++) {
                Map<String, Tensor> tensors = new LinkedHashMap<>();
                golden.state(prefix + pool.tasks().get(k))
                        .forEach((name, tensor) -> tensors.put(name, Hosts.tensor(tensor)));
                use.accept(k, new Weights(tensors));
            }
        };
    }

    private static void measure(GoldenCase golden, Map<String, Path> experts) {
        Path base = golden.path(golden.settings().path("family").asText() + "/base");
        List<Task> tasks =
                experts.keySet().stream().map(name -> task(golden, base, name)).toList();
        ModelPool pool = ModelPool.open(base, experts, List::of, () -> tasks);
        boolean fisher = golden.id().startsWith("fisher");
        Statistic statistic = fisher
                ? new FisherInformation(Labels.MODEL, name -> true)
                : new GramMatrices(pool.architecture().linears());
        int examples = golden.settings().path("num_examples").asInt();
        int batchSize = golden.settings().path("batch_size").asInt(examples);
        List<String> notes = new Statistics(
                        statistic,
                        new Samples("num_examples", examples, batchSize, false),
                        Optional.empty(),
                        Optional.empty())
                .each(
                        pool,
                        Run.quiet(0, Path.of("target")),
                        (k, values) -> golden.expectState(
                                statistic.kind() + "/" + pool.tasks().get(k), Hosts.state(values)));
        org.assertj.core.api.Assertions.assertThat(notes)
                .singleElement()
                .asString()
                .contains(examples + " samples");
    }

    private static Task task(GoldenCase golden, Path base, String name) {
        Tensor images = Hosts.tensor(golden.tensor("pixel_values/" + name));
        if (!golden.hasInput("text_features/" + name)) {
            return new FixedTask(name, images, features -> features);
        }
        Map<String, HostTensor> parts = new LinkedHashMap<>();
        Checkpoint checkpoint = Checkpoint.open(base);
        for (String part : List.of("visual_projection.weight", "logit_scale")) {
            parts.put(part, checkpoint.slots().get(part).tensor());
        }
        return new FixedTask(
                name,
                images,
                new ZeroShotHead(
                        Hosts.tensor(parts.get("visual_projection.weight")),
                        Hosts.tensor(golden.tensor("text_features/" + name)),
                        Math.exp(parts.get("logit_scale").toDoubles()[0])));
    }
}
