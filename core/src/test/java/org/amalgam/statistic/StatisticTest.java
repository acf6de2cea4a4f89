package org.amalgam.statistic;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.Runs;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.fixtures.Unlabelled;
import org.amalgam.model.LinearSpec;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Head;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Metrics;
import org.amalgam.run.Milestones;
import org.amalgam.run.Profiler;
import org.amalgam.run.ProgressFactory;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.statistic.FisherInformation.Labels;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class StatisticTest {

    private static final String NORM = "vision_model.post_layernorm.weight";

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Map<String, Path> folders;
    private List<Task> tasks;
    private ModelPool pool;

    @BeforeEach
    void openPool() {
        folders = TinyModels.family(temporary, 2);
        tasks = new ArrayList<>(NoiseTask.of(12, "a", "b"));
        pool = pool(tasks);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private ModelPool pool(List<Task> training) {
        return ModelPool.open(temporary.resolve("clip"), folders, List::of, () -> training);
    }

    private Run run(int workers, long activationBytes) {
        return new Run(
                0,
                Precision.FLOAT32,
                false,
                temporary,
                "",
                Optional.empty(),
                activationBytes,
                Workers.of(workers),
                ProgressFactory.NONE,
                Metrics.NONE,
                new Profiler(),
                Milestones.NONE);
    }

    private static FisherInformation fisher(Labels labels) {
        return new FisherInformation(labels, name -> true);
    }

    private GramMatrices grams() {
        return new GramMatrices(pool.architecture().linears());
    }

    private Weights take(Statistic statistic, int examples, int batchSize, Run run) {
        Samples samples = new Samples("num", examples, batchSize, true);
        return statistic.of(
                pool.architecture(),
                pool.experts().get(0).weights(),
                tasks.get(0),
                samples.batches("test", tasks.get(0), run),
                run);
    }

    private static void assertSame(Weights got, Weights expected) {
        assertThat(got.names()).isEqualTo(expected.names());
        got.entries().forEach((name, tensor) -> {
            float[] values = expected.get(name).toFloats();
            float largest =
                    expected.get(name).abs().flatten().max(0).to(DType.F32).toFloats()[0];
            assertThat(tensor.toFloats()).as(name).containsExactly(values, Offset.offset(1e-5f + 1e-4f * largest));
        });
    }

    @ParameterizedTest
    @EnumSource(Labels.class)
    void informationDependsNeitherOnTheWorkersNorOnMemory(Labels labels) {
        Weights expected = take(fisher(labels), 10, 4, run(1, 1L << 30));
        assertSame(take(fisher(labels), 10, 4, run(3, 1L << 30)), expected);
        assertSame(take(fisher(labels), 10, 4, run(2, 1)), expected);
    }

    /** The last norm's bias is added to the feature vector, so that its gradient has a closed form through the head. */
    @Test
    void informationIsTheSquareOfTheBatchsGradientByTheNumberOfSamples() {
        Run run = run(1, 1L << 30);
        Samples samples = new Samples("num", 6, 3, false);
        List<int[]> batches = samples.batches("test", tasks.get(0), run);
        Weights model = pool.experts().get(0).weights();
        double[] expected = new double[TinyModels.WIDTH];
        for (int[] rows : batches) {
            Weights leaves = model.leaves();
            Tensor logits = tasks.get(0)
                    .head()
                    .logits(pool.architecture()
                            .encoder(leaves)
                            .features(tasks.get(0).batch(rows).inputs()));
            Tensor p = Functional.softmax(logits);
            p.detach().sqrt().mul(p.log()).sum().backward();
            float[] gradient =
                    leaves.get("vision_model.post_layernorm.bias").gradient().toFloats();
            for (int i = 0; i < expected.length; i++) {
                expected[i] += gradient[i] * gradient[i] / 6;
            }
        }
        float[] got = fisher(Labels.MODEL)
                .of(pool.architecture(), model, tasks.get(0), batches, run)
                .get("vision_model.post_layernorm.bias")
                .toFloats();
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) got[i]).isCloseTo(expected[i], Offset.offset(1e-5 + 1e-4 * expected[i]));
        }
    }

    @Test
    void informationOfOneSampleWithItsOwnLabelIsItsSquaredGradient() {
        Run run = run(2, 1L << 30);
        Weights model = pool.experts().get(0).weights();
        Weights leaves = model.leaves();
        var batch = tasks.get(0).batch(new int[] {5});
        Functional.crossEntropy(
                        tasks.get(0)
                                .head()
                                .logits(pool.architecture().encoder(leaves).features(batch.inputs())),
                        batch.labels())
                .sum()
                .backward();
        Tensor gradient = leaves.get(NORM).gradient();
        Weights got = fisher(Labels.DATA).of(pool.architecture(), model, tasks.get(0), List.of(new int[] {5}), run);
        assertThat(got.get(NORM).toFloats())
                .containsExactly(gradient.mul(gradient).toFloats(), Offset.offset(1e-5f));
        assertThat(got.names())
                .isEqualTo(fisher(Labels.DATA).names(pool.architecture()))
                .isEqualTo(model.names());
    }

    @Test
    void informationOfTheDatasLabelsIsNotTakenWithoutThem() {
        Run run = run(1, 1L << 30);
        Weights model = pool.experts().get(0).weights();
        List<int[]> batches = List.of(new int[] {5});
        Task bare = new Unlabelled(tasks.get(0));

        assertThat(fisher(Labels.MODEL)
                        .of(pool.architecture(), model, bare, batches, run)
                        .get(NORM)
                        .toFloats())
                .containsExactly(fisher(Labels.MODEL)
                        .of(pool.architecture(), model, tasks.get(0), batches, run)
                        .get(NORM)
                        .toFloats());
        assertThatThrownBy(() -> fisher(Labels.DATA).of(pool.architecture(), model, bare, batches, run))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(Unlabelled.SENTENCE);
    }

    @Test
    void informationIsTakenOfTheParametersWantedAlone() {
        FisherInformation one = new FisherInformation(Labels.MODEL, NORM::equals);
        Run run = run(1, 1L << 30);
        Weights got = take(one, 8, 4, run);
        assertThat(got.names()).containsExactly(NORM);
        assertThat(got.get(NORM).toFloats())
                .containsExactly(take(fisher(Labels.MODEL), 8, 4, run).get(NORM).toFloats(), Offset.offset(1e-6f));
    }

    @Test
    void gramMatricesDependNeitherOnTheWorkersNorOnMemoryNorOnBatches() {
        Weights expected = take(grams(), 12, 12, run(1, 1L << 30));
        assertThat(expected.names())
                .isEqualTo(grams().names(pool.architecture()))
                .hasSize(12);
        assertSame(take(grams(), 12, 5, run(3, 1)), expected);
        expected.entries().forEach((name, gram) -> assertThat(gram.toFloats())
                .as("symmetric: " + name)
                .containsExactly(gram.transpose(0, 1).toFloats(), Offset.offset(1e-4f)));
    }

    /** Queries, keys and values are of the same hidden states, whose mean square is the trace; layer norms make it known. */
    @Test
    void aGramMatrixIsTheMeanOuterProductOfTheInputs() {
        Run run = run(2, 1L << 30);
        Weights grams = take(grams(), 12, 4, run);
        String block = "vision_model.encoder.layers.0.";
        Tensor query = grams.get(block + "self_attn.q_proj");
        assertThat(query.toFloats())
                .isEqualTo(grams.get(block + "self_attn.k_proj").toFloats())
                .isEqualTo(grams.get(block + "self_attn.v_proj").toFloats());
        // With scale 1 and no shift the norm's output has a mean square of 1 in each row.
        Weights plain = pool.experts().get(0).weights().map((name, tensor) -> {
            if (name.equals(block + "layer_norm1.weight")) {
                return Tensor.full(1, tensor.shape());
            }
            return name.equals(block + "layer_norm1.bias") ? Tensor.zeros(tensor.shape()) : tensor;
        });
        Tensor gram = new GramMatrices(List.of(new LinearSpec(block + "self_attn.q_proj")))
                .of(pool.architecture(), plain, tasks.get(0), List.of(new int[] {0, 1, 2}), run)
                .get(block + "self_attn.q_proj");
        float trace = 0;
        for (int i = 0; i < TinyModels.WIDTH; i++) {
            trace += gram.select(0, i).toFloats()[i];
        }
        assertThat(trace).isCloseTo(TinyModels.WIDTH, Offset.offset(1e-2f));
        assertThat(gram.sum(0).toFloats()).containsExactly(new float[TinyModels.WIDTH], Offset.offset(1e-4f));
    }

    private Map<String, float[]> each(Statistics statistics, ModelPool models, Run run, List<String> notes) {
        Map<String, float[]> flat = new LinkedHashMap<>();
        notes.addAll(statistics.each(models, run, (k, values) -> values.entries()
                .forEach((name, tensor) -> flat.put(models.tasks().get(k) + " " + name, tensor.toFloats()))));
        return flat;
    }

    private Statistics statistics(Statistic statistic, String from, String to) {
        return new Statistics(
                statistic,
                new Samples("num_fisher_examples", 8, 4, true),
                Optional.ofNullable(from).map(temporary::resolve),
                Optional.ofNullable(to).map(temporary::resolve));
    }

    @Test
    void filesGiveTheSameBitsWithAndWithoutTheData() {
        Run run = run(2, 1L << 30);
        ModelPool without = ModelPool.open(temporary.resolve("clip"), folders);
        for (Statistic statistic : List.of(fisher(Labels.MODEL), grams())) {
            List<String> notes = new ArrayList<>();
            Map<String, float[]> taken = each(statistics(statistic, null, "kept"), pool, run, notes);
            Map<String, float[]> read = each(statistics(statistic, "kept", null), pool, run, notes);
            Map<String, float[]> alone = each(statistics(statistic, "kept", null), without, run, notes);
            assertThat(read).usingRecursiveComparison().isEqualTo(taken);
            assertThat(alone).usingRecursiveComparison().isEqualTo(taken);
            assertThat(notes).allSatisfy(note -> assertThat(note).contains("8 samples in batches of 4"));
        }
        assertThat(temporary.resolve("kept")).isDirectoryContaining("glob:**/fisher_a.safetensors");
        assertThat(temporary.resolve("kept")).isDirectoryContaining("glob:**/gram_b.safetensors");
    }

    @Test
    void aRunThatIsOnlyTriedSaysHowFewSamplesItTook() {
        List<String> notes = new ArrayList<>();
        Run tried = Runs.of(temporary, Optional.empty(), true, ProgressFactory.NONE, Metrics.NONE);
        each(statistics(grams(), null, "tried"), pool, tried, notes);
        each(statistics(grams(), "tried", null), pool, run(1, 1L << 30), notes);
        assertThat(notes).hasSize(2).allSatisfy(note -> assertThat(note).contains(": 4 samples in batches of 4"));
    }

    /** Fails for the rows of one worker once another has begun with its own. */
    private record Failing(Task whole, int row, CountDownLatch begun) implements Task {
        @Override
        public String name() {
            return whole.name();
        }

        @Override
        public int size() {
            return whole.size();
        }

        @Override
        public Head head() {
            return whole.head();
        }

        @Override
        public Batch batch(int[] rows) {
            if (Arrays.stream(rows).noneMatch(r -> r == row)) {
                begun.countDown();
                return whole.batch(rows);
            }
            try {
                begun.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            throw new AmalgamException("row " + row);
        }

        @Override
        public String fingerprint() {
            return whole.fingerprint();
        }
    }

    @Test
    void whatWorkersKeepEndsWhereOneOfThemFails() {
        Run run = run(2, 1L << 30);
        Weights unused = take(grams(), 8, 4, run);
        List<int[]> batches = List.of(new int[] {0, 1, 2, 3});
        Task failing = new Failing(tasks.get(0), 3, new CountDownLatch(1));
        long before = Pointer.totalCount();
        try (Scope inner = Scope.open()) {
            assertThatThrownBy(() -> grams().of(
                                    pool.architecture(), pool.experts().get(0).weights(), failing, batches, run))
                    .hasMessage("row 3");
        }
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    private void refuses(Statistics statistics, ModelPool models, String... parts) {
        assertThatThrownBy(() -> each(statistics, models, run(1, 1L << 30), new ArrayList<>()))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void filesOfOtherModelsDataOrKindsAreRefusedByName() {
        Statistic model = fisher(Labels.MODEL);
        each(statistics(model, null, "kept"), pool, run(1, 1L << 30), new ArrayList<>());
        refuses(
                statistics(model, "absent", null),
                pool,
                "there is no file " + temporary.resolve("absent/fisher_a.safetensors"),
                "method.save_statistics");
        refuses(statistics(fisher(Labels.DATA), "kept", null), pool, "fisher_a.safetensors", "labels of the data");
        refuses(
                statistics(model, "kept", null),
                pool(new ArrayList<>(NoiseTask.of(13, "a", "b"))),
                "fisher_a.safetensors: its data is a 12",
                "the training data of a are a 13");
        TinyModels.change(folders.get("b"), tensors -> {
            tensors.put(
                    NORM, org.amalgam.checkpoint.HostTensor.ofFloats(new float[TinyModels.WIDTH], TinyModels.WIDTH));
            return tensors;
        });
        refuses(
                statistics(model, "kept", null),
                ModelPool.open(temporary.resolve("clip"), folders),
                "fisher_b.safetensors: its model_sha256 is",
                "the model b is");
    }

    private void write(Path file, Consumer<Map<String, String>> change) {
        Map<String, String> metadata =
                new LinkedHashMap<>(Safetensors.open(file).metadata());
        change.accept(metadata);
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        TinyModels.tensors(file).forEach((name, tensor) -> entries.add(SafetensorsWriter.Entry.of(name, tensor)));
        SafetensorsWriter.write(file, metadata, entries);
    }

    /** A model's numbers depend on the ancestor's configuration too, which computes them. */
    @Test
    void filesOfAnotherNetworkAreRefusedAndThoseThatDoNotTellAreRead() {
        Statistic model = fisher(Labels.MODEL);
        each(statistics(model, null, "kept"), pool, run(1, 1L << 30), new ArrayList<>());
        Path file = temporary.resolve("kept/fisher_a.safetensors");
        write(file, metadata -> metadata.replaceAll((key, value) -> value.replace("quick_gelu", "gelu")));
        refuses(statistics(model, "kept", null), pool, file + ": its network is {hidden_act=gelu, ", "quick_gelu");
        write(file, metadata -> metadata.remove("network"));
        each(statistics(model, "kept", null), pool, run(1, 1L << 30), new ArrayList<>());
    }

    @Test
    void whatAFileLacksIsNamed() {
        each(
                statistics(new FisherInformation(Labels.MODEL, NORM::equals), null, "kept"),
                pool,
                run(1, 1L << 30),
                new ArrayList<>());
        refuses(
                statistics(fisher(Labels.MODEL), "kept", null),
                pool,
                "has nothing on vision_model.embeddings.class_embedding",
                "exclude_param_names_regex");
    }

    @Test
    void samplesMustBeThere() {
        Statistics many = new Statistics(
                grams(), new Samples("num_regmean_examples", 13, 4, true), Optional.empty(), Optional.empty());
        refuses(many, pool, "method.num_regmean_examples: 13 are asked for, the training data of a have 12 samples");
        refuses(
                statistics(grams(), null, null),
                ModelPool.open(temporary.resolve("clip"), folders),
                "modelpool.train_datasets");
        assertThatThrownBy(() -> new Samples("num_fisher_examples", 0, 4, true))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("method.num_fisher_examples: 0 is too few");
        assertThatThrownBy(() -> new Samples("num_fisher_examples", 1, 0, true))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("method.batch_size");
    }

    @Test
    void samplesAreDrawnOnceEachOrTakenInOrder() {
        Run run = run(1, 1);
        assertThat(new Samples("num", 7, 3, false).batches("x", tasks.get(0), run))
                .containsExactly(new int[] {0, 1, 2}, new int[] {3, 4, 5}, new int[] {6});
        List<int[]> drawn = new Samples("num", 12, 5, true).batches("x", tasks.get(0), run);
        assertThat(drawn.stream().flatMapToInt(java.util.Arrays::stream).sorted())
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(drawn.get(0)).isNotEqualTo(new int[] {0, 1, 2, 3, 4});
    }
}
