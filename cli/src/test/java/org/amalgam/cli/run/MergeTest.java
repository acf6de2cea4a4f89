package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.TorchFile;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.amalgam.settings.Yaml;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Whole runs as a user starts them, on tiny models and data. */
class MergeTest {

    private static final String BIAS = "vision_model.post_layernorm.bias";

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    private static List<String> keys(JsonNode node) {
        List<String> keys = new ArrayList<>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private float[] tensor(Path model) {
        return Checkpoint.open(model).slots().get(BIAS).tensor().toFloats();
    }

    @Test
    void mergesJudgesAndWritesAsTheExampleSays() throws IOException {
        Path merged = area.path("out/merged");
        Path report = area.path("out/report.json");
        Ending ending = area.amalgam(
                "method=task_arithmetic",
                "modelpool=mine",
                "taskpool=mine",
                "merged_model_save_path=" + merged,
                "report_save_path=" + report);
        assertThat(ending.err()).doesNotContain("amalgam:");
        assertThat(ending.code()).isZero();
        assertThat(ending.out())
                .contains("birds", "digits", "zero-shot", "experts", "task_arithmetic")
                .contains(merged.toString());

        JsonNode json = json(report);
        assertThat(keys(json)).contains("model_info", "birds", "digits", "average");
        assertThat(keys(json.path("model_info")))
                .containsExactlyInAnyOrder("trainable_params", "all_params", "trainable_percentage");
        assertThat(json.path("model_info").path("trainable_params").asLong(-1)).isZero();
        assertThat(json.path("model_info").path("all_params").asLong())
                .isEqualTo(Checkpoint.open(area.model("birds")).slots().values().stream()
                        .mapToLong(slot -> slot.elements())
                        .sum());
        for (String task : List.of("birds", "digits")) {
            assertThat(json.path(task).path("accuracy").asDouble(-1)).as(task).isBetween(0.0, 1.0);
            assertThat(json.path(task).path("loss").asDouble()).as(task).isPositive();
            assertThat(json.path(task).path("samples").asInt()).as(task).isEqualTo(6);
        }
        double mean = (json.path("birds").path("accuracy").asDouble()
                        + json.path("digits").path("accuracy").asDouble())
                / 2;
        assertThat(json.path("average").path("accuracy").asDouble()).isCloseTo(mean, Offset.offset(1e-9));

        float[] base = tensor(area.model("clip"));
        float[] birds = tensor(area.model("birds"));
        float[] digits = tensor(area.model("digits"));
        float[] got = tensor(merged);
        for (int i = 0; i < base.length; i++) {
            float expected = base[i] + 0.3f * (birds[i] - base[i] + digits[i] - base[i]);
            assertThat(got[i]).isCloseTo(expected, Offset.offset(1e-6f));
        }
        assertThat(merged.resolve("config.json")).exists();
        assertThat(merged.resolve("preprocessor_config.json")).exists();
        assertThat(Files.readString(merged.resolve("README.md")))
                .contains(
                        "task-arithmetic",
                        "scaling",
                        "birds",
                        Checkpoint.open(area.model("birds")).sha256());
        assertThat(area.files()).noneMatch(file -> file.contains(".partial"));
    }

    @Test
    void modelsAreHashedForTheReportUnlessThatIsRefused() throws IOException {
        String birds = Checkpoint.open(area.model("birds")).sha256();
        JsonNode hashed = reportOf("hashed", "modelpool=mine");
        assertThat(hashed.at("/amalgam/inputs").findValuesAsText("sha256")).contains(birds);

        JsonNode plain = reportOf("plain", "modelpool=mine", "hash_inputs=false");
        assertThat(plain.at("/amalgam/inputs")).isNotEmpty().allSatisfy(input -> {
            assertThat(input.path("sha256").isNull()).isTrue();
            assertThat(input.path("bytes").asLong()).isPositive();
        });
        assertThat(area.path("plain/README.md")).content().doesNotContain(birds).contains("| – |");
    }

    private JsonNode reportOf(String name, String... arguments) throws IOException {
        Path report = area.path(name + ".json");
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "method=simple_average",
                "taskpool=dummy",
                "merged_model_save_path=" + area.path(name),
                "report_save_path=" + report));
        Ending ending = area.amalgam(all.toArray(String[]::new));
        assertThat(ending.err()).doesNotContain("amalgam:");
        assertThat(ending.code()).isZero();
        return json(report);
    }

    /** Learned coefficients make the model and are not in it. */
    @Test
    void theCardCountsTheParametersThatAreSaved() {
        Path merged = area.path("merged");
        Ending ending = area.amalgam(
                "method=adamerging",
                "method.max_steps=1",
                "method.batch_size=2",
                "modelpool=mine",
                "taskpool=dummy",
                "merged_model_save_path=" + merged);
        assertThat(ending.code()).as(ending.err()).isZero();
        long saved = Checkpoint.open(merged).slots().values().stream()
                .mapToLong(slot -> slot.elements())
                .sum();
        assertThat(merged.resolve("README.md"))
                .content()
                .contains(String.format(Locale.ROOT, "\n%,d parameters.\n", saved));
    }

    @Test
    void adaptsAndKeepsItsRecordsInTheRunsFolder() throws IOException {
        Ending ending = area.amalgam(
                "method=adamerging",
                "method.name=clip_layer_wise_adamerging",
                "method.max_steps=2",
                "method.batch_size=4",
                "method.save_merging_weights=merging_weights.pt",
                "modelpool=mine",
                "taskpool=mine",
                "fabric.loggers.name=mine");
        assertThat(ending.err()).doesNotContain("amalgam:");
        assertThat(ending.code()).isZero();
        Path logs = area.path("logs/mine/version_0");
        HostTensor weights = TorchFile.readTensor(logs.resolve("merging_weights.pt"));
        assertThat(weights.shape()).containsExactly(2L, (long)
                Checkpoint.open(area.model("birds")).slots().size());
        assertThat(logs.resolve("config.yaml")).content().contains("clip_layer_wise_adamerging");
        assertThat(logs.resolve("report.html")).exists();
        JsonNode report = json(logs.resolve("report.json"));
        assertThat(report.path("model_info").path("trainable_params").asLong()).isEqualTo(weights.elements());
        assertThat(area.files()).anyMatch(file -> file.contains("events.out.tfevents"));

        // The same coefficients, given, are the same model: no data set is looked at, no step made.
        Ending again = area.amalgam(
                "method=adamerging",
                "method.weights=" + logs.resolve("merging_weights.pt"),
                "modelpool=mine",
                "taskpool=mine",
                "report_save_path=" + area.path("again.json"));
        assertThat(again.err()).doesNotContain("amalgam:");
        JsonNode second = json(area.path("again.json"));
        for (String task : List.of("birds", "digits")) {
            assertThat(second.path(task).path("loss").asDouble())
                    .isEqualTo(report.path(task).path("loss").asDouble());
        }
    }

    /** The command has the folder of the groups, which the model card's has too; the settings are those of config.yaml. */
    @Test
    void theReportHasEverythingThatRepeatsTheRun() throws IOException {
        Path run = area.path("a run");
        Path merged = area.path("merged");
        Ending ending = area.amalgam(
                "method=adamerging",
                "method.max_steps=2",
                "method.batch_size=2",
                "modelpool=mine",
                "taskpool=mine",
                "fast_dev_run=true",
                "merged_model_save_path=" + merged,
                "hydra.run.dir=" + run);
        assertThat(ending.code()).as(ending.err()).isZero();
        JsonNode report = json(run.resolve("report.json")).path("amalgam");
        assertThat(report.path("title").asText()).isEqualTo("layer-wise adamerging of 2 experts into clip");
        String command = "amalgam --config-dir " + area.path("conf") + " method=adamerging method.max_steps=2";
        assertThat(report.path("command").asText()).startsWith(command).contains("'hydra.run.dir=" + run + "'");
        assertThat(merged.resolve("README.md")).content().contains(command, "fast\\_dev\\_run was on");
        ObjectMapper json = new ObjectMapper();
        assertThat(report.path("configuration"))
                .isEqualTo(json.readTree(json.writeValueAsString(
                        Yaml.file(run.resolve("config.yaml")).plain())));
        assertThat(report.at("/configuration/method/lr").asDouble()).isEqualTo(1e-3);
        assertThat(report.path("notes").get(0).asText()).startsWith("fast_dev_run was on");
        assertThat(run.resolve("report.html"))
                .content()
                .contains("<dt>modelpool.models.birds</dt>", "<dt>fabric.precision</dt>", "fast_dev_run was on");
        assertThat(ending.out()).contains("fast_dev_run was on");
    }

    @Test
    void aMethodsOwnFastRunIsSaid() throws IOException {
        Ending ending = area.amalgam(
                "method=adamerging",
                "method.fast_dev_run=true",
                "method.batch_size=2",
                "modelpool=mine",
                "taskpool=dummy");
        assertThat(ending.code()).as(ending.err()).isZero();
        assertThat(ending.out())
                .contains("method.fast_dev_run was on: a single step")
                .doesNotContain("no result");
    }

    /** Nobody has looked at the weights of the moment. */
    @Test
    void aModelOfTheMomentThatAnswersNoNumbersEndsTheRun() {
        Ending ending = area.amalgam(
                "method=adamerging",
                "method.lr=1e30",
                "method.clamp_weights=false",
                "method.max_steps=2",
                "method.batch_size=2",
                "modelpool=mine",
                "taskpool=mine",
                "evaluation.every=1");
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err())
                .contains("birds: what the network answers are not finite numbers; lower", "method.lr")
                .doesNotContain("though its weights are");
    }

    @Test
    void judgesTheModelOfTheMoment() throws IOException {
        Ending ending = area.amalgam(
                "method=adamerging",
                "method.max_steps=3",
                "method.batch_size=2",
                "modelpool=mine",
                "taskpool=mine",
                "evaluation.every=2",
                "report_save_path=" + area.path("report.json"));
        assertThat(ending.err()).doesNotContain("amalgam:");
        JsonNode report = json(area.path("report.json"));
        List<JsonNode> figures = new ArrayList<>();
        report.path("amalgam").path("methods").get(0).path("figures").forEach(figures::add);
        JsonNode figure = figures.stream()
                .filter(one -> one.path("title").asText().equals("Accuracy over steps"))
                .findFirst()
                .orElseThrow();
        assertThat(figure.path("series")).hasSize(3);
        for (int k = 0; k < 2; k++) {
            JsonNode series = figure.path("series").get(k);
            assertThat(series.path("x")).hasToString("[0.0,2.0,3.0]");
            double reached =
                    report.path(series.path("name").asText()).path("accuracy").asDouble();
            assertThat(series.path("y").get(2).asDouble()).isCloseTo(100 * reached, Offset.offset(1e-9));
        }
        assertThat(figure.path("series").get(2).path("name").asText()).isEqualTo("average");
    }

    @Test
    void twoRunsOfOneSeedAreOne() throws IOException {
        for (String name : List.of("one", "two")) {
            Ending ending = area.amalgam(
                    "method=adamerging",
                    "method.max_steps=3",
                    "method.batch_size=2",
                    "modelpool=mine",
                    "taskpool=dummy",
                    "seed=7",
                    "merged_model_save_path=" + area.path(name));
            assertThat(ending.err()).doesNotContain("amalgam:");
        }
        assertThat(area.path("one/model.safetensors")).hasSameBinaryContentAs(area.path("two/model.safetensors"));
    }

    @Test
    void judgesNothingWhereNothingIsToBeJudged() throws IOException {
        Ending ending = area.amalgam(
                "method=simple_average",
                "modelpool=mine",
                "taskpool=dummy",
                "merged_model_save_path=" + area.path("merged"),
                "report_save_path=" + area.path("report.json"));
        assertThat(ending.err()).doesNotContain("amalgam:");
        assertThat(ending.code()).isZero();
        JsonNode report = json(area.path("report.json"));
        assertThat(keys(report)).contains("model_info").doesNotContain("birds", "digits");
        assertThat(tensor(area.path("merged"))).hasSize(24);
    }

    @Test
    void aDryRunWritesNothing() throws IOException {
        Set<String> before = area.files();
        Ending ending = area.amalgam(
                "method=ties_merging",
                "modelpool=mine",
                "taskpool=mine",
                "dry_run=true",
                "merged_model_save_path=" + area.path("merged"));
        assertThat(ending.err()).doesNotContain("amalgam:");
        assertThat(ending.code()).isZero();
        assertThat(ending.out()).contains("ties_merging of 2 experts into clip");
        assertThat(area.files()).isEqualTo(before);
    }

    @Test
    void thePlanSaysWhichVariantOfAMethodItIs() {
        for (Map.Entry<String, String> run : Map.of(
                        "method=adamerging", "layer-wise adamerging of 2 experts",
                        "method=adamerging method.name=clip_task_wise_adamerging", "task-wise adamerging of 2 experts",
                        "method=adamerging_pp", "layer-wise adamerging_pp with TIES of 2 experts",
                        "method=dare", "dare of 2 experts",
                        "method=dare method.base_method=ties_merging", "dare with TIES of 2 experts",
                        "method=weight_ensembling_moe", "weight_ensembling_moe of 2 experts",
                        "method=weight_ensembling_moe method.router_hidden_layers=0",
                                "weight_ensembling_moe with constant routers of 2 experts")
                .entrySet()) {
            List<String> words = new ArrayList<>(List.of(run.getKey().split(" ")));
            words.addAll(List.of("modelpool=mine", "taskpool=dummy", "dry_run=true"));
            Ending ending = area.amalgam(words.toArray(String[]::new));
            assertThat(ending.code()).as(ending.err()).isZero();
            assertThat(ending.out()).contains("merge    " + run.getValue() + " into clip");
        }
    }

    @Test
    void printsTheReportAloneWhereJsonIsAskedFor() throws IOException {
        Ending ending = area.amalgam("--json", "method=weighted_average", "modelpool=mine", "taskpool=mine");
        assertThat(ending.code()).isZero();
        assertThat(keys(new ObjectMapper().readTree(ending.out()))).contains("birds", "digits", "average");
    }

    @Test
    void everyMethodRuns() {
        for (Map.Entry<String, String> run : Map.of(
                        "simple_average", "seed=1",
                        "weighted_average", "method.weights=[1,3]",
                        "task_arithmetic", "method.scaling_factor=0.5",
                        "ties_merging", "method.merge_func=dis-mean",
                        "adamerging", "fast_dev_run=true")
                .entrySet()) {
            Ending ending = area.amalgam("method=" + run.getKey(), run.getValue(), "modelpool=mine", "taskpool=mine");
            assertThat(ending.err()).as(run.getKey()).doesNotContain("amalgam:");
            assertThat(ending.code()).as(run.getKey()).isZero();
            assertThat(ending.out()).contains(run.getKey());
        }
    }
}
