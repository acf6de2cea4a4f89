package org.amalgam.settings;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SettingsTest {

    enum Granularity {
        TASK_WISE,
        LAYER_WISE
    }

    record Optimiser(
            @Setting(
                    value = "adam",
                    help = "the optimiser",
                    oneOf = {"adam", "sgd"})
            String name,

            @Setting(value = "1e-3", atLeast = 0, help = "learning rate")
            double lr) {}

    record Sample(
            @Setting(value = "1000", atLeast = 1, help = "steps")
            int maxSteps,

            @Setting(value = "0", help = "seed") long seed,
            @Setting(value = "0.3", help = "start") double initValues,
            @Setting(value = "false", help = "clamp") boolean clampWeights,
            @Setting(value = "null", help = "a file") String saveMergingWeights,

            @Setting(value = "layer_wise", help = "granularity")
            Granularity granularity,

            @Setting(value = "[0.5, 1]", help = "weights") List<Double> weights,
            @Setting(value = "null", help = "limit") Integer limit,
            @Setting(value = "null", help = "folder") Optional<Path> cacheDir,
            @Setting(value = "null", help = "budget") ByteSize memory,

            @Setting(value = "null", help = "list or number")
            Object scale,

            @Setting(value = "{}", help = "by task") Map<String, Integer> samples,
            @Setting(help = "optimiser") Optimiser optimiser) {}

    record Bounded(
            @Setting(value = "null", atLeast = 1, help = "at least 1 where given")
            Optional<Integer> count) {}

    record Needy(@Setting(help = "the models to merge") List<String> models) {}

    private static Sample bind(String yaml) {
        return Settings.bind(Sample.class, Yaml.mapping(yaml, "conf/method/mine.yaml"), "method", "sample");
    }

    @Test
    void everyDefaultIsTheDeclaredOne() {
        assertThat(Settings.defaults(Sample.class))
                .isEqualTo(new Sample(
                        1000,
                        0,
                        0.3,
                        false,
                        null,
                        Granularity.LAYER_WISE,
                        List.of(0.5, 1.0),
                        null,
                        Optional.empty(),
                        null,
                        null,
                        Map.of(),
                        new Optimiser("adam", 1e-3)));
    }

    @Test
    void readsEveryType() {
        Sample read = bind("""
                _target_: some.package.Sample
                max_steps: 5
                seed: 9999999999
                init_values: 1
                clamp_weights: true
                save_merging_weights: 007
                granularity: task_wise
                weights: [1e-3]
                limit: 3
                cache_dir: a/b
                memory: 1.5g
                scale: [1, x]
                samples: {mnist: 4}
                optimiser: {lr: 1e-2}
                """);
        assertThat(read)
                .isEqualTo(new Sample(
                        5,
                        9999999999L,
                        1.0,
                        true,
                        "007",
                        Granularity.TASK_WISE,
                        List.of(0.001),
                        3,
                        Optional.of(Path.of("a/b")),
                        new ByteSize(1536L << 20),
                        List.of(1L, "x"),
                        Map.of("mnist", 4),
                        new Optimiser("adam", 0.01)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "max_step: 200 | method.max_step is not a setting of sample (conf/method/mine.yaml, line 1). Did you mean method.max_steps?",
                "optimiser: {lrr: 1} | method.optimiser.lrr is not a setting of sample (conf/method/mine.yaml, line 1). Did you mean method.optimiser.lr?",
                "optimiser: {momentum: 1} | method.optimiser.momentum is not a setting of sample (conf/method/mine.yaml, line 1). Settings: name, lr.",
                "max_steps: many | method.max_steps: expected an integer, found \"many\" (conf/method/mine.yaml, line 1).",
                "max_steps: 1.5 | method.max_steps: expected an integer, found 1.5 (conf/method/mine.yaml, line 1).",
                "max_steps: 3000000000 | method.max_steps: expected an integer, found 3000000000 (conf/method/mine.yaml, line 1).",
                "max_steps: 0 | method.max_steps: expected an integer of at least 1, found 0 (conf/method/mine.yaml, line 1).",
                "optimiser: {lr: -0.5} | method.optimiser.lr: expected a number of at least 0, found -0.5 (conf/method/mine.yaml, line 1).",
                "max_steps: null | method.max_steps: expected an integer, found null (conf/method/mine.yaml, line 1).",
                "max_steps: [1] | method.max_steps: expected an integer, found a list (conf/method/mine.yaml, line 1).",
                "limit: x | method.limit: expected an integer or null, found \"x\" (conf/method/mine.yaml, line 1).",
                "init_values: \"0.5\" | method.init_values: expected a number, found \"0.5\" (conf/method/mine.yaml, line 1).",
                "init_values: .nan | method.init_values: expected a number, found .nan (conf/method/mine.yaml, line 1).",
                "init_values: -.inf | method.init_values: expected a number between -3.4e38 and 3.4e38, found -.inf (conf/method/mine.yaml, line 1).",
                "init_values: 1e300 | method.init_values: expected a number between -3.4e38 and 3.4e38, found 1e300 (conf/method/mine.yaml, line 1).",
                "clamp_weights: yes | method.clamp_weights: expected true or false, found \"yes\" (conf/method/mine.yaml, line 1).",
                "clamp_weights: 1 | method.clamp_weights: expected true or false, found 1 (conf/method/mine.yaml, line 1).",
                "granularity: layerwise | method.granularity: expected task_wise or layer_wise, found \"layerwise\" (conf/method/mine.yaml, line 1). Did you mean layer_wise?",
                "weights: 0.3 | method.weights: expected a list of numbers, found 0.3 (conf/method/mine.yaml, line 1).",
                "weights: [0.3, a] | method.weights[1]: expected a number, found \"a\" (conf/method/mine.yaml, line 1).",
                "memory: lots | method.memory: expected a size such as 512m or 4g or null, found \"lots\" (conf/method/mine.yaml, line 1).",
                "memory: 0 | method.memory: expected a size such as 512m or 4g or null, found 0 (conf/method/mine.yaml, line 1).",
                "samples: {mnist: x} | method.samples.mnist: expected an integer, found \"x\" (conf/method/mine.yaml, line 1).",
                "optimiser: adam | method.optimiser: expected keys name, lr, found \"adam\" (conf/method/mine.yaml, line 1).",
                "optimiser: {name: adamm} | method.optimiser.name: expected adam or sgd, found \"adamm\" (conf/method/mine.yaml, line 1). Did you mean adam?",
                "optimiser: {name: null} | method.optimiser.name: expected adam or sgd, found null (conf/method/mine.yaml, line 1)."
            })
    void saysWhatIsWrongWhereAndWhatWouldBeRight(String yaml, String message) {
        assertThatThrownBy(() -> bind(yaml))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(message);
    }

    @Test
    void aKeyWithoutDefaultMustBeGiven() {
        assertThatThrownBy(() -> Settings.defaults(Needy.class))
                .hasMessage("models must be given: the models to merge");
        assertThat(SettingsSchema.of(Needy.class).defaults(Source.DEFAULTS).plain())
                .isEqualTo(Map.of("models", "???"));
        assertThat(Settings.bind(Needy.class, Map.of("models", List.of("a"))).models())
                .containsExactly("a");
    }

    @Test
    void valuesAreWhatBindingBuildsTheRecordFrom() {
        Sample sample =
                bind("{max_steps: 7, memory: 4g, cache_dir: x, weights: [1], granularity: task_wise, scale: 0.5}");
        Map<String, Object> values = Settings.values(sample);
        assertThat(values).containsEntry("memory", "4g").containsEntry("granularity", "task_wise");
        assertThat(Settings.bind(Sample.class, values)).isEqualTo(sample);
    }

    @Test
    void theSchemaDescribesEachKey() {
        SettingsSchema schema = SettingsSchema.of(Sample.class);
        assertThat(schema.keys()).startsWith("max_steps", "seed", "init_values").endsWith("samples", "optimiser");
        assertThat(schema.find("granularity").orElseThrow().oneOf()).containsExactly("task_wise", "layer_wise");
        assertThat(schema.find("limit").orElseThrow().expected()).isEqualTo("an integer or null");
        assertThat(schema.find("cache_dir").orElseThrow().expected()).isEqualTo("a path or null");
        assertThat(schema.find("weights").orElseThrow().expected()).isEqualTo("a list of numbers");
        assertThat(schema.find("optimiser").orElseThrow().nested().orElseThrow().keys())
                .containsExactly("name", "lr");
        assertThat(Yaml.write(schema.defaults(Source.DEFAULTS)))
                .contains("weights: [0.5, 1]\n", "optimiser:\n  name: adam\n  lr: 1e-3\n");
    }

    record Around(
            @Setting(value = "1", help = "first") int first,
            @Inlined Optimiser optimiser,
            @Setting(value = "2", help = "last") int last) {}

    @Test
    void theKeysOfAnInlinedRecordStandInItsPlace() {
        assertThat(SettingsSchema.of(Around.class).keys()).containsExactly("first", "name", "lr", "last");
        Around bound = Settings.bind(Around.class, Map.of("lr", 0.5, "last", 3));
        assertThat(bound).isEqualTo(new Around(1, new Optimiser("adam", 0.5), 3));
        assertThat(Settings.values(bound).keySet()).containsExactly("first", "name", "lr", "last");
        assertThat(Settings.bind(Around.class, Settings.values(bound))).isEqualTo(bound);
        assertThatThrownBy(() -> Settings.bind(Around.class, Map.of("optimiser", Map.of("lr", 0.5))))
                .hasMessageContaining("optimiser is not a setting of Around");
        assertThatThrownBy(() -> Settings.bind(Around.class, Map.of("lr", -1)))
                .hasMessageContaining("lr: expected a number of at least 0");
    }

    record Undeclared(int x) {}

    @Test
    void aComponentWithoutDeclarationIsAFaultOfTheProgram() {
        assertThatThrownBy(() -> SettingsSchema.of(Undeclared.class)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "4g, 4294967296, 4g",
        "512m, 536870912, 512m",
        "1.5 GiB, 1610612736, 1536m",
        "1000, 1000, 1000",
        "2T, 2199023255552, 2t"
    })
    void readsSizes(String text, long bytes, String written) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
        assertThat(ByteSize.parse(text)).hasToString(written);
    }

    @ParameterizedTest
    @CsvSource({"max_step, max_steps", "MAX-STEPS, max_steps", "xam_steps, max_steps", "optimizer, optimiser"})
    void findsTheNearestSpelling(String given, String right) {
        assertThat(Spelling.nearest(given, List.of("max_steps", "optimiser", "lr")))
                .contains(right);
    }

    @Test
    void knowsWhenNothingIsNear() {
        assertThat(Spelling.nearest("zzzz", List.of("max_steps", "lr"))).isEmpty();
        assertThat(Spelling.nearest("", List.of("max_steps", "lr"))).isEmpty();
        assertThat(Spelling.nearest("x".repeat(1_000_000), List.of("max_steps")))
                .isEmpty();
    }

    @Test
    void anOptionalNumberHasItsBoundToo() {
        assertThatThrownBy(
                        () -> Settings.bind(Bounded.class, Yaml.mapping("count: 0", "mine.yaml"), "method", "bounded"))
                .isInstanceOf(AmalgamException.class)
                .hasMessage("method.count: expected an integer of at least 1 or null, found 0 (mine.yaml, line 1).");
        assertThat(Settings.bind(Bounded.class, Yaml.mapping("count: 1", "mine.yaml"), "method", "bounded"))
                .isEqualTo(new Bounded(Optional.of(1)));
    }
}
