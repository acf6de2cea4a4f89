package org.amalgam.cli.run;

import org.amalgam.cli.Main;
import org.amalgam.cli.Terminal;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.amalgam.fixtures.LoopbackHub;
import org.amalgam.hub.HubEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Command lines whose models and data sets are names of a hub: the zoo's, published on loopback. */
class HubRunTest {

    private static final List<String> TASKS = List.of("mnist", "optdigits");

    @TempDir
    Path folder;

    private final LoopbackHub hub = new LoopbackHub();

    @BeforeEach
    void publish() throws IOException {
        Path zoo = Home.find().resolve("zoo");
        String clip = "clip-vit-tiny192-patch8";
        hub.model("org/" + clip).commit("main", files(zoo.resolve("models").resolve(clip), ""));
        hub.model("org/other").commit("main", Map.of("README.md", "nothing".getBytes(StandardCharsets.UTF_8)));
        for (String task : TASKS) {
            hub.model("org/" + clip + "_" + task)
                    .commit("v1", files(zoo.resolve("models").resolve(clip + "_" + task), ""));
        }
        hub.dataset("org/mnist").commit("main", files(zoo.resolve("data/mnist"), "data/"));
        hub.dataset("optdigits").commit("main", files(zoo.resolve("data/optdigits"), "eight_by_eight/"));
        write("modelpool", """
                models:
                  _pretrained_: org/clip-vit-tiny192-patch8
                  mnist:
                    _target_: transformers.CLIPVisionModel.from_pretrained
                    pretrained_model_name_or_path: org/clip-vit-tiny192-patch8_mnist@v1
                  optdigits: org/clip-vit-tiny192-patch8_optdigits@v1
                """);
        write("taskpool", """
                clip_model: org/clip-vit-tiny192-patch8
                baselines: false
                test_datasets:
                  mnist: {_target_: datasets.load_dataset, path: org/mnist, split: test}
                  optdigits: {path: optdigits, name: eight_by_eight, split: test}
                """);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private void write(String group, String yaml) throws IOException {
        Path file = folder.resolve("conf").resolve(group).resolve("ours.yaml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, yaml);
    }

    private static Map<String, byte[]> files(Path folder, String prefix) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (Stream<Path> list = Files.list(folder)) {
            for (Path file : list.filter(Files::isRegularFile).toList()) {
                files.put(prefix + file.getFileName(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private Ending amalgam(Map<String, String> variables, String... overrides) {
        Map<String, String> environment = new LinkedHashMap<>(variables);
        environment.put("HF_ENDPOINT", hub.endpoint().toString());
        environment.put("HF_HOME", folder.resolve("hf").toString());
        List<String> arguments =
                new ArrayList<>(List.of("--config-dir", folder.resolve("conf").toString()));
        arguments.addAll(List.of("modelpool=ours", "taskpool=ours", "fast_dev_run=true"));
        arguments.addAll(List.of(overrides));
        if (arguments.stream().noneMatch(argument -> argument.matches("(method|analysis)=.*"))) {
            arguments.add("method=task_arithmetic");
        }
        arguments.add("fabric.loggers.root_dir=" + folder.resolve("logs"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(
                        () -> new AmalgamProgram(() -> HubEnvironment.of(environment, folder)),
                        Terminal.none(StandardCharsets.UTF_8),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(arguments.toArray(String[]::new));
        return new Ending(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void modelsAndDataComeFromTheHubOnceAndFromTheCacheAfterwards() throws IOException {
        Path merged = folder.resolve("merged");
        Ending first = amalgam(Map.of(), "-q", "merged_model_save_path=" + merged);

        assertThat(first.err()).isEmpty();
        assertThat(first.code()).isZero();
        assertThat(first.out()).contains("mnist", "optdigits", "average");
        assertThat(Files.readString(merged.resolve("README.md")))
                .contains(
                        "base_model:", "- \"org/clip-vit-tiny192-patch8\"", "- \"org/clip-vit-tiny192-patch8_mnist\"");
        assertThat(hub.requests(request -> request.path().contains("train"))).isEmpty();
        int requests = hub.requests().size();

        Ending offline = amalgam(Map.of("HF_HUB_OFFLINE", "1"), "-q");

        assertThat(offline).isEqualTo(first);
        assertThat(hub.requests()).hasSize(requests);
    }

    @Test
    void thePlanCallsTheAncestorByItsName() {
        Ending ending = amalgam(Map.of(), "dry_run=true", "taskpool=dummy");

        assertThat(ending.code()).isZero();
        assertThat(ending.out()).contains("task_arithmetic of 2 experts into org/clip-vit-tiny192-patch8 (");
        assertThat(hub.requests(request -> request.path().contains("/datasets/")))
                .isEmpty();
    }

    @Test
    void whatTheHubRefusesNamesTheSetting() {
        refused(
                amalgam(Map.of("HF_TOKEN", "hf_secret"), "-q", "modelpool.models.mnist=org/nowhere"),
                "modelpool.models.mnist: org/nowhere is no path here, and the hub " + hub.endpoint()
                        + " has no model org/nowhere that this token may read (401); check the name");
        refused(
                amalgam(Map.of(), "-q", "taskpool.clip_model=org/other"),
                "taskpool.clip_model: org/other is no path here, and the model org/other holds no weights");
        refused(
                amalgam(Map.of(), "-q", "taskpool.test_datasets.mnist.split=extra"),
                "test_datasets.mnist.path: org/mnist is no path here, and the data set org/mnist at main has no split extra;"
                        + " give split: test or train");
        refused(
                amalgam(Map.of("HF_HUB_OFFLINE", "1"), "-q", "modelpool.models.mnist=org/new"),
                "HF_HUB_OFFLINE forbids");
    }

    private static void refused(Ending ending, String sentence) {
        assertThat(ending.err()).startsWith("amalgam: ").contains(sentence).doesNotContain("hf_secret");
        assertThat(ending.code()).isEqualTo(2);
    }

    @Test
    void trainingSamplesComeFromTheHubToo() {
        Ending ending = amalgam(
                Map.of(),
                "-q",
                "method=regmean",
                "modelpool.train_datasets={mnist: {path: org/mnist, split: train},"
                        + " optdigits: {path: optdigits, name: eight_by_eight, split: train}}");

        assertThat(ending.err()).isEmpty();
        assertThat(ending.code()).isZero();
        assertThat(hub.requests(request -> request.path().contains("train"))).isNotEmpty();
    }

    @Test
    void severalAnalysesFetchOnce() {
        Path sweep = folder.resolve("sweep");
        Ending ending = amalgam(
                Map.of(),
                "-m",
                "-q",
                "analysis=loss_landscape",
                "analysis.grid=3",
                "analysis.samples=4,8",
                "hydra.sweep.dir=" + sweep);

        assertThat(ending.err()).isEmpty();
        assertThat(ending.code()).isZero();
        assertThat(sweep.resolve("1/report.html"))
                .content()
                .contains("loss_landscape of 2 experts of org/clip-vit-tiny192-patch8");
        assertThat(hub.requests(request -> request.path().endsWith("clip-vit-tiny192-patch8/revision/main")))
                .hasSize(1);
    }

    @Test
    void aPathThatIsThereComesFirst() {
        Path local = Home.find().resolve("zoo/models/clip-vit-tiny192-patch8");

        Ending ending = amalgam(Map.of(), "dry_run=true", "taskpool=dummy", "modelpool.models._pretrained_=" + local);

        assertThat(ending.code()).isZero();
        assertThat(hub.requests(request -> request.path().endsWith("clip-vit-tiny192-patch8/revision/main")))
                .isEmpty();
    }
}
