package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Defaults lists: which files make up a configuration, in which order, and where their content goes. */
class DefaultsListTest {

    @TempDir
    private Path conf;

    private Path write(String name, String text) throws IOException {
        Path file = conf.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private RunConfig compose(String... overrides) {
        return new Composer(List.of(conf), Fixtures.builtIn()).compose(overrides);
    }

    private RunConfig begun(String name, String... overrides) {
        return new Composer(List.of(conf), Optional.of(name), Fixtures.builtIn()).compose(overrides);
    }

    private Map<String, Object> pool(String text) throws IOException {
        write("modelpool/mine.yaml", text);
        return compose("method=adamerging", "modelpool=mine").modelpool().node().plain();
    }

    @Test
    void filesOfAnotherGroupGoToThePlaceThatTheListNames() throws IOException {
        Map<String, Object> svhn = Map.of("path", "org/svhn");
        Map<String, Object> mnist = Map.of("path", "org/mnist");
        assertThat(pool("defaults: [{/data/images@test_datasets: [svhn, mnist]}]\nmodels: {}\n"))
                .isEqualTo(Map.of("test_datasets", Map.of("svhn", svhn, "mnist", mnist), "models", Map.of()));
        assertThat(pool("defaults: [{/data/images@a.b: svhn}]\n"))
                .isEqualTo(Map.of("a", Map.of("b", Map.of("svhn", svhn))));
        assertThat(pool("defaults: [/data/images/svhn@test]\n")).isEqualTo(Map.of("test", Map.of("svhn", svhn)));
        assertThat(pool("defaults: [{/data/images@_here_: svhn}]\n")).isEqualTo(Map.of("svhn", svhn));
        assertThat(pool("defaults: [{/data/images@: svhn}]\n")).isEqualTo(Map.of("svhn", svhn));
        assertThat(pool("defaults: [{/data/images: svhn}]\n"))
                .isEqualTo(Map.of("data", Map.of("images", Map.of("svhn", svhn))));
        assertThat(pool("defaults: [{/data/images@x: null}]\nmodels: {}\n")).isEqualTo(Map.of("models", Map.of()));
        assertThat(pool("defaults: [{/data/images@_global_.modelpool.all: svhn}]\n"))
                .isEqualTo(Map.of("all", Map.of("svhn", svhn)));
    }

    @Test
    void aFolderIsCountedFromTheListsOwnGroup() throws IOException {
        write("modelpool/Pool/_template.yaml", "processor: p\nmodels: {a: 0}\n");
        write("modelpool/Pool/mine.yaml", "defaults: [{Pool@: _template}]\nmodels: {a: 1}\n");
        assertThat(compose("method=adamerging", "modelpool=Pool/mine")
                        .modelpool()
                        .node()
                        .plain())
                .isEqualTo(Map.of("processor", "p", "models", Map.of("a", 1L)));
        assertThat(compose("method=adamerging", "modelpool=mine").modelpool().name())
                .isEqualTo("Pool/mine");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[one, two] | 3",
                "[one, two, _self_] | 3",
                "[_self_, one, two] | 2",
                "[one, _self_, two] | 2",
                "[two, _self_, one] | 1",
                "[_self_, two] | 2",
                "[_self_, {/modelpool@: [two, one]}] | 1"
            })
    void selfSaysWhereTheFilesOwnKeysGo(String defaults, long winner) throws IOException {
        write("modelpool/one.yaml", "x: 1\none: 1\n");
        write("modelpool/two.yaml", "x: 2\n");
        assertThat(pool("defaults: " + defaults + "\nx: 3\n")).containsEntry("x", winner);
    }

    @Test
    void aFilesHeadMaySayWhereItGoes() throws IOException {
        write("experiment/long.yaml", """
                # Ten times as long.
                # @package _global_
                defaults:
                  - override /method: adamerging
                  - optional /data/images@taskpool.test_datasets: nowhere
                method: {max_steps: 10000}
                seed: 4
                """);
        RunConfig config = compose("+experiment=long");
        assertThat(config.method().base()).isEqualTo("adamerging");
        assertThat(config.method().node().plain()).containsEntry("max_steps", 10_000L);
        assertThat(config.settings().seed()).isEqualTo(4);
        assertThat(compose("+experiment=long", "method=task_arithmetic", "~method.max_steps")
                        .method()
                        .name())
                .isEqualTo("task_arithmetic");
        assertThat(new YamlFolder(conf).find("experiment", "long").orElseThrow().summary())
                .isEqualTo("Ten times as long.");
        // An entry that names a place is closer than the head.
        write("experiment/short.yaml", "# @package _global_\nsteps: 1\n");
        assertThat(compose("method=adamerging", "+experiment@modelpool.kept=short")
                        .modelpool()
                        .node()
                        .plain())
                .containsEntry("kept", Map.of("steps", 1L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\ufeff", "# Of mine.\n\n", "\ufeff\n# Of mine.\n \n"})
    void aHeadMayHaveEmptyLines(String before) throws IOException {
        write("experiment/long.yaml", before + "# @package _global_\nseed: 4\n");
        assertThat(compose("method=adamerging", "+experiment=long").settings().seed())
                .isEqualTo(4);
        assertThat(new YamlFolder(conf).find("experiment", "long").orElseThrow().summary())
                .isEqualTo(before.contains("mine") ? "Of mine." : "");
    }

    @Test
    void theCommandLineAddsFilesOfAnyGroup() {
        RunConfig config = compose(
                "method=adamerging",
                "+data/images@taskpool.test_datasets=[svhn,mnist]",
                "taskpool.test_datasets.svhn.path=x");
        assertThat(config.taskpool().node().plain())
                .containsEntry(
                        "test_datasets", Map.of("svhn", Map.of("path", "x"), "mnist", Map.of("path", "org/mnist")));
    }

    @Test
    void aFileOfTheRootBeginsAConfiguration() throws IOException {
        write("all.yaml", """
                defaults:
                  - base
                  - modelpool: CLIPVisionModelPool/clip-vit-base-patch32_TA8
                  - /data/images@taskpool.test_datasets: [svhn]
                  - _self_
                method:
                  lr: 5
                seed: 3
                """);
        write("base.yaml", "defaults: [{method: adamerging}]\nseed: 1\nthreads: 2\n");
        RunConfig config = begun("all", "seed=7");
        assertThat(config.method().node().plain()).containsEntry("lr", 5L).containsEntry("max_steps", 1000L);
        assertThat(config.modelpool().name()).contains("TA8");
        assertThat(config.taskpool().name()).isEqualTo("zoo");
        assertThat(config.taskpool().node().plain()).containsKeys("test_datasets", "clip_model");
        assertThat(config.settings().threads()).contains(2);
        assertThat(config.settings().seed()).isEqualTo(7);
        assertThat(config.configName()).contains("all");
        assertThat(begun("all", "method=task_arithmetic").method().name()).isEqualTo("task_arithmetic");
    }

    @Test
    void anAnalysisTakesTheMethodsPlaceInLists() throws IOException {
        write("analysis/landscape.yaml", "grid: 11\n");
        write("analysis/fine.yaml", "defaults: [landscape]\ngrid: 41\n");
        write("merges.yaml", "defaults: [{method: adamerging}, _self_]\nmethod: {lr: 5}\nseed: 3\n");
        write("looks.yaml", "defaults: [{analysis: fine}]\nanalysis: {tasks: 2}\n");
        write("both.yaml", "defaults: [{method: adamerging}, {analysis: fine}]\n");
        write("experiment/look.yaml", "# @package _global_\ndefaults: [{override /analysis: landscape}]\n");

        RunConfig looks = begun("looks");
        assertThat(looks.isAnalysis()).isTrue();
        assertThat(looks.work().lineage()).containsExactly("fine", "landscape");
        assertThat(looks.work().node().plain()).isEqualTo(Map.of("grid", 41L, "tasks", 2L));
        assertThat(begun("looks", "method=adamerging").yaml()).doesNotContain("analysis:");

        // What is closer to the command line decides; the settings of the method that is not used go with it.
        RunConfig instead = begun("merges", "analysis=fine");
        assertThat(instead.work().name()).isEqualTo("fine");
        assertThat(instead.yaml()).doesNotContain("method:", "lr:");
        assertThat(instead.settings().seed()).isEqualTo(3);
        assertThat(begun("merges", "+experiment=look").work().name()).isEqualTo("landscape");
        assertThat(begun("merges", "+experiment=look", "method=adamerging").isAnalysis())
                .isFalse();
        assertThat(begun("both", "method=adamerging").isAnalysis()).isFalse();

        assertThatThrownBy(() -> begun("both"))
                .hasMessageContaining("method= and analysis= are both given")
                .hasMessageContaining("both.yaml");
        assertThatThrownBy(() -> begun("merges", "analysis=fine", "method.lr=1"))
                .hasMessageContaining("method.lr is not a setting");
    }

    @Test
    void mistakesInAFileOfTheRootNameItsLine() throws IOException {
        Path all = write("all.yaml", "defaults: [{method: adamerging}]\nsed: 3\n");
        assertThatThrownBy(() -> begun("all"))
                .hasMessage("sed is not a setting of amalgam (" + all + ", line 2). Did you mean seed?");
        assertThatThrownBy(() -> begun("al"))
                .hasMessage("--config-name al: no such file (--config-name al). Did you mean all? Files: all.");
        assertThatThrownBy(() -> begun("../all")).hasMessageContaining("expected the name of a file");
        Files.writeString(all, "defaults: [{method: ???}]\n");
        assertThatThrownBy(() -> begun("all"))
                .hasMessage(all + ", line 1: defaults: method is ???, a file must be chosen: write its name.");
        Files.writeString(all, "defaults: [{method: adamergin}]\n");
        assertThatThrownBy(() -> begun("all"))
                .hasMessageStartingWith(
                        "method=adamergin: no such method (" + all + ", line 1). Did you mean adamerging?");
        Files.writeString(all, "defaults: [all]\n");
        assertThatThrownBy(() -> begun("all"))
                .hasMessage(all + ", line 1: the defaults lists go in a circle, all -> all.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[3] | expected the name of a file, group@place: name or _self_, found 3",
                "[[a]] | expected the name of a file, group@place: name or _self_, found a list",
                "[{a: b, c: d}] | expected the name of a file, group@place: name or _self_, found a mapping",
                "[{/data/images@x: {a: b}}] | expected the name of a file, group@place: name or _self_, found /data/images@x: a mapping",
                "['a b'] | expected the name of a file, found \"a b\"",
                "[{'a b': c}] | expected group@place: name, found \"a b\"",
                "[{override /method: adamerging}] | override changes the choice in one of the groups",
                "[{/data/images@x: '../svhn'}] | data/images=../svhn: expected the name of a file",
                "[{/../../etc@x: passwd}] | ../../etc=passwd: expected the name of a file",
                "[{/data/images@x: svh}] | data/images=svh: no such file",
                "a: b | expected a list such as [base, _self_]"
            })
    void anEntryOfNoKnownFormIsAnswered(String defaults, String part) throws IOException {
        Path file = write("modelpool/mine.yaml", "defaults: " + defaults.replace("a: b }", "") + "\n");
        if (defaults.startsWith("a:")) {
            Files.writeString(file, "defaults: {a: b}\n");
        }
        assertThatThrownBy(() -> compose("method=adamerging", "modelpool=mine"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(part)
                .hasMessageContaining(file + ", line 1");
    }

    /** Twenty files that each name the next twice would stand for a million. */
    @Test
    void defaultsListsCannotExplodeOrGoInCircles() throws IOException {
        for (int i = 0; i < 20; i++) {
            write("modelpool/b" + i + ".yaml", "defaults: [b%1$d, {/modelpool@x: b%1$d}]\n".formatted(i + 1));
        }
        write("modelpool/b20.yaml", "x: 1\n");
        assertThatThrownBy(() -> compose("method=adamerging", "modelpool=b0"))
                .hasMessageContaining("more than 2000 files with the defaults lists written out");
        write("data/loop.yaml", "defaults: [{/modelpool@x: loop}]\n");
        write("modelpool/loop.yaml", "defaults: [{/data@y: loop}]\n");
        assertThatThrownBy(() -> compose("method=adamerging", "modelpool=loop"))
                .hasMessageEndingWith("go in a circle, modelpool/loop -> data/loop -> modelpool/loop.");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyListComposesOrEndsWithASentence(long seed) throws IOException {
        String[] parts = {
            "a",
            "/",
            "@",
            "data/images",
            "svhn",
            "_self_",
            "override ",
            "optional ",
            ".",
            ": ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "null",
            "???",
            "_global_",
            "method",
            "~",
            "adamerging"
        };
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            StringBuilder list = new StringBuilder("defaults: [");
            for (int n = 1 + random.nextInt(7); n > 0; n--) {
                list.append(parts[random.nextInt(parts.length)]);
            }
            write("modelpool/a.yaml", list.append("]\n").toString());
            try {
                compose("method=adamerging", "modelpool=a");
            } catch (AmalgamException e) {
                assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
            }
        }
    }
}
