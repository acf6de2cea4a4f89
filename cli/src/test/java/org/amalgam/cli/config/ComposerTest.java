package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.ByteSize;
import org.amalgam.settings.Source;
import org.amalgam.settings.Yaml;
import org.junit.jupiter.api.BeforeEach;
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
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ComposerTest {

    @TempDir
    private Path conf;

    private BuiltIn builtIn;

    @BeforeEach
    void everythingBuiltIn() {
        builtIn = Fixtures.builtIn().and(new ClassPathConfig(getClass().getClassLoader()));
    }

    private RunConfig compose(String... overrides) {
        return new Composer(List.of(conf), builtIn).compose(overrides);
    }

    private Path write(String name, String text) throws IOException {
        Path file = conf.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @Test
    void theCommandLineOfTheAdaMergingPageComposes() {
        RunConfig config = compose(
                "method=adamerging",
                "method.name=clip_layer_wise_adamerging",
                "method.save_merging_weights=merging_weights.pt",
                "modelpool=clip-vit-base-patch32_TA8",
                "taskpool=clip-vit-classification_TA8",
                "fabric.loggers.root_dir=outputs/logs/ViT-B-32",
                "fabric.loggers.name=clip_layer_wise_adamerging_adam");
        assertThat(config.method().base()).isEqualTo("adamerging");
        assertThat(config.method().node().plain())
                .containsEntry("lr", 0.001)
                .containsEntry("save_merging_weights", "merging_weights.pt");
        assertThat(config.modelpool().name()).isEqualTo("CLIPVisionModelPool/clip-vit-base-patch32_TA8");
        assertThat(config.taskpool().node().text("clip_model")).contains("hub");
        assertThat(config.settings().fabric().loggers().rootDir()).isEqualTo(Path.of("outputs/logs/ViT-B-32"));
        assertThat(config.settings().fabric().loggers().name()).contains("clip_layer_wise_adamerging_adam");
    }

    @Test
    void poolsAreTheZooUnlessNamed() {
        RunConfig config = compose("method=task_arithmetic");
        assertThat(config.modelpool().name()).isEqualTo("zoo");
        assertThat(config.taskpool().name()).isEqualTo("zoo");
        assertThat(config.settings().seed()).isZero();
        assertThat(config.settings().fabric().precision()).isEqualTo("32-true");
        assertThat(config.settings().mergedModelSavePath()).isEmpty();
    }

    @Test
    void aRunMergesOrAnalyses() {
        Composer composer = new Composer(
                List.of(),
                Fixtures.of(Map.of(
                        "method/task_arithmetic", "{scaling_factor: 0.3}",
                        "analysis/loss_landscape", "{grid: 11}",
                        "modelpool/zoo", "{models: {_pretrained_: clip}}",
                        "taskpool/zoo", "{clip_model: clip}")));
        RunConfig config = composer.compose("analysis=loss_landscape", "analysis.grid=5");
        assertThat(config.isAnalysis()).isTrue();
        assertThat(config.work().node().plain()).isEqualTo(Map.of("grid", 5L));
        assertThat(config.yaml()).contains("analysis:").doesNotContain("method:");
        assertThatThrownBy(config::method).isInstanceOf(IllegalStateException.class);
        assertThat(composer.compose("method=task_arithmetic").isAnalysis()).isFalse();
        assertThatThrownBy(() -> composer.compose("method=task_arithmetic", "analysis=loss_landscape"))
                .hasMessage("method= and analysis= are both given, and a run merges or analyses; leave one of them out"
                        + " (command line, argument 2).");
    }

    @Test
    void rootSettingsAreRead() {
        RunConfig config = compose(
                "method=adamerging",
                "seed=7",
                "fast_dev_run=true",
                "memory=4g",
                "threads=2",
                "fabric.precision=bf16-mixed",
                "merged_model_save_path=out",
                "fabric_logger.name=PWEMoE-LS-8tasks",
                "fabric_logger.root_dir=logs",
                "resume=runs/1");
        assertThat(config.settings().seed()).isEqualTo(7);
        assertThat(config.settings().fastDevRun()).isTrue();
        assertThat(config.settings().memory()).contains(new ByteSize(4L << 30));
        assertThat(config.settings().threads()).contains(2);
        assertThat(config.settings().fabric().precision()).isEqualTo("bf16-mixed");
        assertThat(config.settings().mergedModelSavePath()).contains(Path.of("out"));
        assertThat(config.settings().fabric().loggers().name()).contains("PWEMoE-LS-8tasks");
        assertThat(config.settings().fabric().loggers().rootDir()).isEqualTo(Path.of("logs"));
        assertThat(config.settings().resume()).contains(Path.of("runs/1"));
    }

    /** As in Hydra. */
    @Test
    void whatIsNullOrAMappingIsAddedTo() {
        RunConfig config = compose(
                "method=adamerging",
                "+method.weights=w.pt",
                "+merged_model_save_path=merged",
                "+modelpool.models={birds:models/birds}");
        assertThat(config.method().node().plain()).containsEntry("weights", "w.pt");
        assertThat(config.settings().mergedModelSavePath()).contains(Path.of("merged"));
        assertThat(config.modelpool().node().plain())
                .containsEntry("models", Map.of("_pretrained_", "zoo/clip", "birds", "models/birds"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,b=c [d] {e}", "it's \"so\"", "C:\\x\\", "${seed}", "x\\${seed", "\\'", " 3 ", "null"})
    void aQuotedTextIsReadAsItIs(String text) {
        RunConfig config = compose("method=adamerging", "resume=" + ConfigOverride.quoted(text));
        assertThat(config.settings().resume()).contains(Path.of(text));
    }

    @Test
    void aUsersFolderAddsAndHidesFiles() throws IOException {
        write(
                "modelpool/mine.yaml",
                "_target_: fusion_bench.modelpool.CLIPVisionModelPool\nmodels:\n  _pretrained_: models/clip\n");
        write("method/task_arithmetic.yaml", "scaling_factor: 0.5\n");
        RunConfig config = compose("method=task_arithmetic", "modelpool=CLIPVisionModelPool/mine", "taskpool=dummy");
        assertThat(config.modelpool().name()).isEqualTo("mine");
        assertThat(config.modelpool().target()).contains("CLIPVisionModelPool");
        assertThat(config.method().node().plain()).isEqualTo(Map.of("scaling_factor", 0.5));
        assertThat(config.modelpool()
                        .node()
                        .get("models")
                        .orElseThrow()
                        .source()
                        .where())
                .isEqualTo(conf.resolve("modelpool/mine.yaml") + ", line 2");
    }

    @Test
    void aPresetLiesOverItsBase() throws IOException {
        write("method/paper.yaml", "defaults: [adamerging]\nmax_steps: 500\n");
        write("method/mild.yaml", "defaults:\n  - _self_\n  - paper\nmax_steps: 1\nextra: 2\n");
        RunConfig paper = compose("method=paper", "method.lr=2e-3");
        assertThat(paper.method().lineage()).containsExactly("paper", "adamerging");
        assertThat(paper.method().node().plain())
                .containsEntry("max_steps", 500L)
                .containsEntry("lr", 0.002)
                .doesNotContainKey("defaults");
        RunConfig mild = compose("method=mild");
        assertThat(mild.method().base()).isEqualTo("adamerging");
        assertThat(mild.method().node().plain())
                .containsEntry("max_steps", 500L)
                .containsEntry("extra", 2L);
    }

    @Test
    void theReferencesFolderedNamesResolve() {
        assertThat(compose("method=adamerging/clip").method().base()).isEqualTo("adamerging");
        assertThat(compose("method=clip/task_arithmetic").method().base()).isEqualTo("task_arithmetic");
    }

    @Test
    void overridesSetAddForceAndDelete() {
        RunConfig config = compose(
                "method=adamerging",
                "+method.new={a: 1}",
                "method.new.a=2",
                "++method.new.b=3",
                "++method.lr=1",
                "~method.weights",
                "+modelpool.models.birds=models/birds",
                "modelpool.models={_pretrained_: x}",
                "method.max_steps=1",
                "method.max_steps=2");
        assertThat(config.method().node().plain())
                .containsEntry("new", Map.of("a", 2L, "b", 3L))
                .containsEntry("lr", 1L)
                .containsEntry("max_steps", 2L)
                .doesNotContainKey("weights");
        assertThat(config.modelpool().node().plain())
                .isEqualTo(Map.of("models", Map.of("_pretrained_", "x", "birds", "models/birds")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "method.max_step=200 | method.max_step is not a setting of adamerging (command line, argument 2). Did you mean method.max_steps?",
                "sed=1 | sed is not a setting (command line, argument 2). Did you mean seed?",
                "max_steps=1 | max_steps is not a setting (command line, argument 2). Did you mean method.max_steps?",
                "fabric.logger.name=x | fabric.logger.name is not a setting (command line, argument 2). Did you mean fabric.loggers.name?",
                "fabric.loggers={nam:x} | fabric.loggers.nam is not a setting (command line, argument 2). Did you mean fabric.loggers.name?",
                "fabric.zzz=1 | fabric.zzz is not a setting (command line, argument 2). Settings: devices, accelerator, precision, loggers. To add a new one, write +fabric.zzz=.",
                "+zzz=1 | zzz is not a setting of amalgam (command line, argument 2). Settings: seed, fast_dev_run, dry_run, print_config, merged_model_save_path, merged_model_save_kwargs, report_save_path, hash_inputs, fabric, evaluation, hydra, resume, memory, pixel_cache, threads.",
                "~method.lrr | method.lrr is not a setting of adamerging (command line, argument 2). Did you mean method.lr?",
                "+method.lr=1 | method.lr is there already (command line, argument 2). To set it, leave out the +.",
                "+modelpool.models=1 | modelpool.models is there already (command line, argument 2). To set it, leave out the +.",
                "+seed.x=1 | seed.x: seed is 0 and has no keys below it (command line, argument 2).",
                "seed=abc | seed: expected an integer, found \"abc\" (command line, argument 2).",
                "fast_dev_run=yes | fast_dev_run: expected true or false, found \"yes\" (command line, argument 2).",
                "fabric.precision=bf16-true | fabric.precision: expected 32-true or bf16-mixed, found \"bf16-true\" (command line, argument 2).",
                "memory=lots | memory: expected a size such as 512m or 4g or null, found \"lots\" (command line, argument 2).",
                "seed | seed lacks its value, key=value (command line, argument 2).",
                "~method.lr=1 | ~method.lr: the value is 1e-3 and not 1 (command line, argument 2). To remove the key whatever its value, write ~method.lr.",
                "~method.lrr=1 | method.lrr is not a setting of adamerging (command line, argument 2). Did you mean method.lr?",
                "~taskpool=zoo | ~taskpool: a run needs its task pool (command line, argument 2). taskpool=dummy evaluates nothing.",
                "=1 | =1 is not of the form key=value (command line, argument 2).",
                "a b=1 | a b=1 is not of the form key=value (command line, argument 2).",
                "modelpool=[a] | modelpool: expected the name of a model pool, found a list (command line, argument 2).",
                "~taskpool | ~taskpool: a run needs its task pool (command line, argument 2). taskpool=dummy evaluates nothing.",
                "taskpool=zo | taskpool=zo: no such task pool (command line, argument 2). Did you mean zoo? Task pools: clip-vit-classification_TA8, zoo, dummy, gpt-2_glue, CLIPVisionModelTaskPool/clip-vit-base-patch32_svhn_and_mnist, CLIPVisionModelTaskPool/clip-vit-classification_TA8, CLIPVisionModelTaskPool/clip-vit-classification_TA8_B16, CLIPVisionModelTaskPool/clip-vit-classification_TA8_L14, CLIPVisionModelTaskPool/clip-vit-single-task_dtd, CLIPVisionModelTaskPool/clip-vit-single-task_eurosat, CLIPVisionModelTaskPool/clip-vit-single-task_gtsrb, CLIPVisionModelTaskPool/clip-vit-single-task_mnist and 4 more; amalgam groups taskpool lists them.",
                "modelpool=../../etc/passwd | modelpool=../../etc/passwd: expected the name of a model pool (command line, argument 2).",
                "method.lr=${method.lr} | method.lr: the interpolation goes in a circle, method.lr -> method.lr (command line, argument 2).",
                "method.lr=${method.l} | method.lr: ${method.l} names no key, there is no method.l (command line, argument 2).",
                "method.lr=a${modelpool} | method.lr: ${modelpool} is a mapping and cannot stand in a text (command line, argument 2).",
                "method.lr=${a b} | method.lr: ${a b} is not the name of a key (command line, argument 2). Write ${seed} or ${fabric.loggers.name}.",
                "method.lr=${oc.env:AMALGAM_NO_SUCH} | method.lr: ${oc.env:AMALGAM_NO_SUCH}: the environment has no variable AMALGAM_NO_SUCH; set it, or write ${oc.env:AMALGAM_NO_SUCH,DEFAULT} (command line, argument 2).",
                "method.lr=${hydra:runtime.cwd} | method.lr: ${hydra:runtime.cwd}: there is no resolver hydra; now and oc.env are (command line, argument 2).",
                "method.lr=${now:%Q} | method.lr: ${now:%Q}: %Q is no part of a time that is known; write as in ${now:%Y-%m-%d_%H-%M-%S} (command line, argument 2).",
                "method.lr=range(1,5) | method.lr=range(1,5) asks for several runs: add -m, or quote the value if it is a text (command line, argument 2).",
                "method.lr=1e-4,1e-3 | method.lr=1e-4,1e-3: several values; write [1e-4,1e-3] for a list, quote a text that holds a comma, or add -m for a run with each (command line, argument 2).",
                "+dataset/nowhere@taskpool.x=svhn | dataset/nowhere@taskpool.x names files of the group dataset/nowhere, which does not exist (command line, argument 2).",
                "data/images@taskpool.x=svhn | data/images@taskpool.x names files of the group data/images, which are added with a + (command line, argument 2).",
                "method.lr=??? | method.lr must be given: its value is ??? (command line, argument 2). Write method.lr=VALUE."
            })
    void aMistakeIsAnsweredWhereItWasMade(String override, String message) {
        assertThatThrownBy(() -> compose("method=adamerging", override))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(message);
    }

    @Test
    void anUnknownMethodIsAnsweredWithTheNearest() {
        assertThatThrownBy(() -> compose("seed=1", "method=adamergin"))
                .hasMessageStartingWith(
                        "method=adamergin: no such method (command line, argument 2). Did you mean adamerging? "
                                + "Methods: adamerging, task_arithmetic, adamerging_paper, adamerging_pp");
        assertThatThrownBy(() -> compose("seed=1"))
                .hasMessageStartingWith("Which method? Give method=NAME. Methods: adamerging, task_arithmetic, "
                        + "adamerging_paper, adamerging_pp");
        assertThatThrownBy(() -> new Composer(List.of(Path.of("nowhere")), builtIn))
                .hasMessage("--config-dir nowhere: no such folder.");
    }

    @Test
    void aNameInSeveralFoldersIsAsked() throws IOException {
        write("modelpool/a/x.yaml", "{}");
        write("modelpool/b/x.yaml", "{}");
        assertThatThrownBy(() -> compose("method=adamerging", "modelpool=x"))
                .hasMessage("modelpool=x: which one, a/x or b/x? (command line, argument 2)");
    }

    @Test
    void aMistakeInAFileIsAnsweredWithItsLine() throws IOException {
        Path cyclic = write("method/a.yaml", "lr: 1\ndefaults: [b]\n");
        Path back = write("method/b.yaml", "defaults: [a]\n");
        assertThatThrownBy(() -> compose("method=a"))
                .hasMessage(back + ", line 1: the defaults lists go in a circle, method/a -> method/b -> method/a.");
        write("method/c.yaml", "{}");
        Files.writeString(cyclic, "defaults: [b, c]\n");
        Files.writeString(back, "{}");
        assertThatThrownBy(() -> compose("method=a"))
                .hasMessage(cyclic + ", line 1: a second base, c, beside b; a method's file builds on one.");
        Files.writeString(cyclic, "lr: 1\n\ndefaults: [adamergin]\n");
        assertThatThrownBy(() -> compose("method=a"))
                .hasMessageStartingWith(
                        "method=adamergin: no such method (" + cyclic + ", line 3). Did you mean adamerging?");
        Files.writeString(cyclic, "defaults: adamerging\n");
        assertThatThrownBy(() -> compose("method=a"))
                .hasMessage(
                        cyclic + ", line 1: defaults: expected a list such as [base, _self_], found \"adamerging\".");
        Files.writeString(cyclic, "defaults:\n  - /dataset@test: x\n");
        assertThatThrownBy(() -> compose("method=a"))
                .hasMessage("dataset=x: no such file (" + cyclic + ", line 2). Files: none.");
        Files.writeString(cyclic, "a: 1\nb: [\n");
        assertThatThrownBy(() -> compose("method=a")).hasMessageStartingWith(cyclic + ", line 3: not valid YAML");
        Files.writeString(cyclic, "a: 1\nlr: ${methd.a}\n");
        assertThatThrownBy(() -> compose("method=a"))
                .hasMessage("method.lr: ${methd.a} names no key, there is no methd (" + cyclic + ", line 2).");
    }

    @Test
    void interpolationsTakeValuesOfAnyKind() throws IOException {
        write("modelpool/mine.yaml", """
                base: models/clip
                models:
                  _pretrained_: ${..base}
                  birds: ${.._undefined_or_not}
                _undefined_or_not: ${modelpool.base}_birds
                list: [1, "${modelpool.list[0]}", "${seed}"]
                copy: ${modelpool.models}
                kept: \\${seed}
                """);
        RunConfig config =
                compose("method=adamerging", "modelpool=mine", "seed=3", "method.save_merging_weights=w_${seed}.pt");
        assertThat(config.modelpool().node().plain())
                .containsEntry("models", Map.of("_pretrained_", "models/clip", "birds", "models/clip_birds"))
                .containsEntry("list", List.of(1L, 1L, 3L))
                .containsEntry("copy", Map.of("_pretrained_", "models/clip", "birds", "models/clip_birds"))
                .containsEntry("kept", "${seed}");
        assertThat(config.method().node().text("save_merging_weights")).contains("w_3.pt");
    }

    @Test
    void interpolationsCannotExplodeOrGoInCircles() throws IOException {
        StringBuilder bomb = new StringBuilder("a0: xxxxxxxxxxxxxxxxxxxx\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("a%d: ${.a%d}${.a%d}\n".formatted(i, i - 1, i - 1));
        }
        write("modelpool/bomb.yaml", bomb.toString());
        assertThatThrownBy(() -> compose("method=adamerging", "modelpool=bomb"))
                .hasMessageStartingWith(
                        "The configuration with its interpolations written out is larger than 1000000 characters");
        write("modelpool/circle.yaml", "a: {b: \"${modelpool.c}\"}\nc: [1, \"${modelpool.a}\"]\n");
        assertThatThrownBy(() -> compose("method=adamerging", "modelpool=circle"))
                .hasMessageContaining("goes in a circle, modelpool.a.b -> modelpool.c.1 -> modelpool.a.b");
    }

    @Test
    void theComposedYamlRepeatsTheRun() {
        RunConfig config = compose(
                "method=adamerging",
                "taskpool=dummy",
                "method.weights=[0.3,1e-1]",
                "method.save_merging_weights='a: b'");
        assertThat(config.yaml()).startsWith("""
                method:
                  name: clip_layer_wise_adamerging
                  lr: 1e-3
                  max_steps: 1000
                  weights: [0.3, 1e-1]
                  save_merging_weights: "a: b"
                modelpool:
                  models:
                    _pretrained_: zoo/clip
                taskpool:
                  _target_: fusion_bench.taskpool.DummyTaskPool
                seed: 0
                fast_dev_run: false
                """);
        assertThat(Yaml.value(config.yaml(), Source.DEFAULTS).plain())
                .extracting("method")
                .isEqualTo(config.method().node().plain());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+",
                "~",
                "++",
                "a..b=1",
                ".a=1",
                "a.=1",
                "method.=1",
                "method..lr=1",
                "method",
                "",
                "=",
                "+=1",
                "\n=1"
            })
    void malformedOverridesEndWithOneLine(String override) {
        assertThatThrownBy(() -> compose("method=adamerging", override))
                .isInstanceOf(AmalgamException.class)
                .message()
                .contains("command line, argument 2")
                .doesNotContain("\n");
    }

    @Test
    void anythingTypedComposesOrEndsWithASentence() {
        Random random = new Random(5);
        String[] parts = {
            "method",
            "modelpool",
            "seed",
            ".",
            "=",
            "+",
            "~",
            "lr",
            "models",
            "${",
            "}",
            "[",
            "{",
            "a",
            ":",
            ",",
            "1",
            "null",
            "x"
        };
        for (int i = 0; i < 3000; i++) {
            StringBuilder override = new StringBuilder();
            for (int n = 1 + random.nextInt(9); n > 0; n--) {
                override.append(parts[random.nextInt(parts.length)]);
            }
            try {
                compose("method=adamerging", override.toString());
            } catch (AmalgamException e) {
                assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
            }
        }
    }
}
