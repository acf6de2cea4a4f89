package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.TinyGpt2;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.model.Architecture;
import org.amalgam.model.Encoder;
import org.amalgam.model.LinearSpec;
import org.amalgam.nn.Layer;
import org.amalgam.nn.Layers;
import org.amalgam.nn.Linear;
import org.amalgam.pareto.Preference;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.pool.TextTaskSpec;
import org.amalgam.pool.TextTasks;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** With the preference fixed, nothing is left to route: the folder that is written answers as the routed network does. */
class ParetoSetTest {

    private static final double INITIAL = 0.3;
    private static final Preference RAY = new Preference(List.of(0.8, 0.2));

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    /** Learns for a moment with strides long enough for coefficients that differ from layer to layer and from ray to ray. */
    private ParetoSet learned(ModelPool pool, Map<String, Object> given) {
        Map<String, Object> settings = new LinkedHashMap<>(
                Map.of("num_steps", 4, "lr", 0.3, "eval_grid", false, "dataloader_kwargs", Map.of("batch_size", 4)));
        settings.putAll(given);
        Settings.bind(ParetoLinearScalarisation.class, settings).merge(pool, Run.quiet(0, temporary));
        return ParetoSet.read(temporary.resolve(ParetoSet.FILE), pool);
    }

    private static float[] features(Encoder encoder, Tensor samples) {
        try (Autograd.Off off = Autograd.off()) {
            return encoder.features(samples).toFloats();
        }
    }

    /** The ancestor's maps and those of the task vectors side by side, weighed while they compute; nothing is merged. */
    private static Encoder routed(ParetoSet set, ModelPool pool, Preference ray) {
        Architecture architecture = pool.architecture();
        Weights base = held(pool.ancestor().weights());
        List<Weights> experts =
                pool.experts().stream().map(model -> held(model.weights())).toList();
        Map<String, Layer> replaced = new LinkedHashMap<>();
        for (String layer : set.layers()) {
            float[] lambda = set.coefficients(layer, ray).toFloats();
            architecture.linears().stream()
                    .filter(spec -> spec.name().startsWith(layer + "."))
                    .forEach(spec -> replaced.put(spec.name(), weighed(spec, base, experts, lambda)));
        }
        Weights outside = new TaskArithmetic(INITIAL).held(pool);
        return architecture.encoder(new Layers(outside, replaced));
    }

    private static Weights held(Weights weights) {
        return weights.map((name, tensor) -> tensor.to(DType.F32));
    }

    private static Layer weighed(LinearSpec spec, Weights base, List<Weights> experts, float[] lambda) {
        Linear own = new Linear(spec.outFirst(base.get(spec.weight())), base.get(spec.bias()));
        List<Linear> vectors = experts.stream()
                .map(expert -> new Linear(
                        spec.outFirst(expert.get(spec.weight()).sub(base.get(spec.weight()))),
                        expert.get(spec.bias()).sub(base.get(spec.bias()))))
                .toList();
        return x -> {
            Tensor sum = own.apply(x);
            for (int k = 0; k < lambda.length; k++) {
                sum = sum.add(vectors.get(k).apply(x).mul(lambda[k]));
            }
            return sum;
        };
    }

    private void unloadsWhatTheRoutedNetworkIs(ModelPool pool, Tensor samples, Map<String, Object> settings)
            throws IOException {
        ParetoSet set = learned(pool, settings);
        Path folder = temporary.resolve("unloaded");

        set.unload(RAY, folder);

        Map<String, Path> experts = new LinkedHashMap<>();
        pool.experts()
                .forEach(model -> experts.put(model.name(), model.checkpoint().folder()));
        ModelPool again = ModelPool.open(folder, experts);
        float[] dense =
                features(again.architecture().encoder(held(again.ancestor().weights())), samples);
        assertThat(dense).containsExactly(features(routed(set, pool, RAY), samples), Offset.offset(1e-5f));
        float[] other = features(routed(set, pool, new Preference(List.of(0.0, 1.0))), samples);
        assertThat(distance(dense, other)).isGreaterThan(1e-3);
        assertThatThrownBy(() -> set.unload(RAY, folder))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("exists already");
        assertThat(Files.readString(folder.resolve("config.json"))).contains("architectures");
    }

    private static double distance(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    @Nested
    class OfClip {

        private ModelPool pool;

        @BeforeEach
        void open() {
            Map<String, Path> folders = TinyModels.family(temporary, 2);
            List<Task> data = new ArrayList<>(NoiseTask.of(6, "a", "b"));
            pool = ModelPool.open(
                    temporary.resolve("clip"), folders, ModelPool.none("test_datasets"), () -> List.copyOf(data));
        }

        @Test
        void isThatOfTheRoutedNetwork() throws IOException {
            Tensor images = NoiseTask.noise(new Random(1), 4, 3, TinyModels.IMAGE, TinyModels.IMAGE);
            unloadsWhatTheRoutedNetworkIs(pool, images, Map.of());
        }

        @Test
        void withRoutersInTheFeedForwardLayersAlone() throws IOException {
            Tensor images = NoiseTask.noise(new Random(1), 4, 3, TinyModels.IMAGE, TinyModels.IMAGE);
            unloadsWhatTheRoutedNetworkIs(pool, images, Map.of("upscale_attn", false, "router_hidden_layers", 1));
        }

        @Test
        void aFileOfAnotherKindIsRefused() {
            learned(pool, Map.of());
            Map<String, Object> other = Map.of(
                    "init_lambda",
                    0.5,
                    "checkpoint_path",
                    temporary.resolve(ParetoSet.FILE).toString());

            assertThatThrownBy(() -> Settings.bind(ParetoLinearScalarisation.class, other)
                            .merge(pool, Run.quiet(0, temporary)))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("init_lambda=0.3, the settings ask for 0.5; set method.init_lambda=0.3");
            assertThatThrownBy(() -> ParetoSet.read(temporary.resolve("clip/model.safetensors"), pool))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("holds no routers of preferences");
            assertThatThrownBy(() -> ParetoSet.read(temporary.resolve("nowhere"), pool))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("there is no file");
        }
    }

    @Nested
    class OfGpt2 {

        private Map<String, Path> folders;
        private TextTasks tasks;

        @BeforeEach
        void open() {
            folders = TinyGpt2.family(temporary, 2);
            tasks = new TextTasks(temporary.resolve("gpt2"), temporary.resolve("gpt2"), OptionalInt.empty());
        }

        @AfterEach
        void close() {
            tasks.close();
        }

        @Test
        void isThatOfTheRoutedNetwork() throws IOException {
            List<Task> data = new ArrayList<>();
            folders.forEach((name, folder) -> {
                Path file = TinyGpt2.texts(temporary.resolve(name + ".csv"), 12, 2 + data.size(), 7 + data.size());
                data.add(tasks.open(new TextTaskSpec(name, List.of(file), "", List.of(), List.of()), folder));
            });
            ModelPool pool = ModelPool.open(
                    temporary.resolve("gpt2"), folders, ModelPool.none("test_datasets"), () -> List.copyOf(data));
            Tensor ids = Tensor.of(new long[] {3, 4, 5, 6, 1, 2, -1, -1}, 2, 4);

            unloadsWhatTheRoutedNetworkIs(pool, ids, Map.of());

            assertThat(temporary.resolve("unloaded/tokenizer.json")).exists();
        }
    }
}
