package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.TorchFile;
import org.amalgam.cli.Main;
import org.amalgam.cli.Terminal;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.ConfigFile;
import org.amalgam.cli.docs.Pages;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.amalgam.fixtures.LoopbackHub;
import org.amalgam.fixtures.TaskArithmeticHub;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.hub.HubEnvironment;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.ScalarNode;
import org.amalgam.settings.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The command lines of {@code docs/fusion_bench.md}, executed as the page prints them. The hub is on loopback and has small models
 * and data sets of the names that the pools give; what no line says, the number of steps, has a smaller default.
 */
class FusionBenchPageTest {

    private static final String PAGE = Pages.read("docs/fusion_bench.md");

    /** Sections in the order of the page: each has one block, and one test below. */
    private static final List<String> SECTIONS =
            List.of("## AdaMerging", "## WEMoE", "## WEMoE in two commands", "## PWEMoE", "## AdaSVD");

    private static final int STEPS = 6;
    private static final int IMAGES = 24;

    /** Below the working directory, as the lines say. */
    private static final Path OUTPUTS = Path.of("outputs");

    private static final Path LOGS = OUTPUTS.resolve("logs");
    private static final List<Path> WRITTEN = List.of(
            LOGS.resolve("ViT-B-32"),
            LOGS.resolve("weight_ensembling_moe"),
            LOGS.resolve("ada_svd"),
            checkpoint("clip-vit-base-patch32"),
            checkpoint("clip-vit-large-patch14"));

    @TempDir
    static Path shared;

    private static LoopbackHub hub;

    /** The methods' own files with fewer steps. */
    private record Fewer(BuiltIn declared) implements BuiltIn {

        @Override
        public List<String> names(String folder) {
            return List.of();
        }

        @Override
        public Optional<ConfigFile> find(String folder, String name) {
            return declared.find(folder, name).map(file -> ConfigFile.of(fewer(file.content()), file.summary()));
        }

        private static MapNode fewer(MapNode settings) {
            MapNode fewer = settings;
            for (String key : List.of("max_steps", "num_steps")) {
                fewer = fewer.get(key).isEmpty() ? fewer : fewer.with(key, ScalarNode.of(STEPS, Source.DEFAULTS));
            }
            return fewer;
        }
    }

    private static Path checkpoint(String tower) {
        return OUTPUTS.resolve(tower + "_TA8_weight_ensembling_moe_checkpoint.ckpt");
    }

    @BeforeAll
    static void publish() throws IOException {
        hub = new LoopbackHub();
        Path work = Files.createDirectories(shared.resolve("work"));
        TaskArithmeticHub.publishModels(hub, "clip-vit-base-patch32", WorkingArea.golden("mini/base"), work);
        // Of another width, so that the heads of the one do not fit the other.
        Path large = TinyModels.clip(Files.createDirectories(shared.resolve("large")), 1);
        TaskArithmeticHub.publishModels(hub, "clip-vit-large-patch14", large, work);
        TaskArithmeticHub.publishData(hub, IMAGES, 260, work);
    }

    @AfterAll
    static void close() {
        hub.close();
    }

    /** The working directory is the tests' own; what is left in it is of an earlier build. */
    @BeforeEach
    @AfterEach
    void remove() throws IOException {
        for (Path written : WRITTEN) {
            if (Files.exists(written)) {
                try (Stream<Path> tree = Files.walk(written)) {
                    for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    private static List<String> blocks(String text) {
        return Pages.blocks(text, "sh").stream()
                .filter(block ->
                        Pattern.compile("(?m)^fusion_bench ").matcher(block).find())
                .toList();
    }

    /** The commands of a section's block, each with its words: as a shell takes them where nothing is quoted. */
    private static List<List<String>> commands(String heading) {
        String block = blocks(Pages.section(PAGE, heading)).get(0);
        assertThat(block).doesNotContainPattern("['\"$`*?<>|;()]");
        String joined = block.replace("\\\n", " ").replaceAll("(?m)^#.*\n", "");
        return Stream.of(joined.split("&&", -1))
                .map(command -> List.of(command.strip().split("\\s+", -1)))
                .toList();
    }

    /** What the section's commands print, one after the other as long as none fails. */
    private static List<Ending> run(String heading) {
        List<Ending> endings = new ArrayList<>();
        for (List<String> command : commands(heading)) {
            assertThat(command.get(0)).isEqualTo("fusion_bench");
            Ending ending = amalgam(command.subList(1, command.size()));
            assertThat(ending.code()).as(ending.err()).isZero();
            endings.add(ending);
        }
        return endings;
    }

    private static Ending amalgam(List<String> arguments) {
        Map<String, String> environment = Map.of(
                "HF_ENDPOINT",
                hub.endpoint().toString(),
                "HF_HOME",
                shared.resolve("hf").toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(
                        () -> new AmalgamProgram(
                                () -> HubEnvironment.of(environment, shared), new Fewer(new DeclaredMethods())),
                        Terminal.none(StandardCharsets.UTF_8),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(arguments.toArray(String[]::new));
        return new Ending(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static void assertJudged(Ending ending, String method, Path run) throws IOException {
        assertThat(ending.out())
                .contains("zero-shot", "experts", "sun397", "dtd", "average")
                .containsPattern("(?m)^ " + method + " .*\\d\\.\\d  ±")
                .contains("report   " + run.resolve("report.html"));
        assertThat(run.resolve("report.html")).isRegularFile();
        assertThat(run.resolve("config.yaml")).content().contains("clip-vit-");
        JsonNode report = new ObjectMapper().readTree(run.resolve("report.json").toFile());
        for (String task : TaskArithmeticHub.tasks()) {
            assertThat(report.path(task).path("samples").asInt()).as(task).isEqualTo(IMAGES);
            assertThat(report.path(task).path("accuracy").isNumber()).as(task).isTrue();
        }
    }

    @Test
    void theSectionsAreThoseThatAreExecuted() {
        assertThat(blocks(PAGE)).hasSameSizeAs(SECTIONS);
        for (String section : SECTIONS) {
            assertThat(blocks(Pages.section(PAGE, section))).as(section).hasSize(1);
        }
    }

    @Test
    void adaMerging() throws IOException {
        Ending ending = run("## AdaMerging").get(0);

        Path run = LOGS.resolve("ViT-B-32/clip_layer_wise_adamerging_adam/version_0");
        assertJudged(ending, "adamerging", run);
        assertThat(ending.err()).contains("adapting  " + STEPS + "/" + STEPS);
        long tensors = TinyModels.tensors(WorkingArea.golden("mini/task_0")).size();
        assertThat(TorchFile.readTensor(run.resolve("merging_weights.pt")).shape())
                .containsExactly((long) TaskArithmeticHub.tasks().size(), tensors);
    }

    @Test
    void weMoe() throws IOException {
        Ending ending = run("## WEMoE").get(0);

        assertJudged(ending, "weight_ensembling_moe", LOGS.resolve("weight_ensembling_moe/version_0"));
        assertThat(ending.err()).contains("adapting  " + STEPS + "/" + STEPS);
        assertThat(Safetensors.open(checkpoint("clip-vit-base-patch32")).metadata())
                .containsEntry("router_hidden_layers", "2");
    }

    @Test
    void weMoeIsKeptByOneCommandAndJudgedByTheNext() throws IOException {
        List<Ending> endings = run("## WEMoE in two commands");

        assertThat(endings).hasSize(2);
        assertThat(endings.get(0).err()).contains("adapting  " + STEPS + "/" + STEPS);
        assertThat(endings.get(0).out())
                .contains("judges nothing")
                .containsOnlyOnce("the processor of this machine, in one process, instead of method.devices=4")
                .doesNotContain("zero-shot");
        assertThat(checkpoint("clip-vit-large-patch14")).isRegularFile();
        assertThat(endings.get(1).err()).doesNotContain("adapting");
        assertThat(endings.get(1).out()).doesNotContain("instead of");
        assertJudged(endings.get(1), "weight_ensembling_moe", LOGS.resolve("weight_ensembling_moe/version_1"));
    }

    @Test
    void paretoSet() throws IOException {
        Ending ending = run("## PWEMoE").get(0);

        Path run = LOGS.resolve("ViT-B-32/PWEMoE-LS-8tasks/version_0");
        assertJudged(ending, "pwe_moe_ls_for_clip", run);
        assertThat(ending.err()).contains("adapting  " + STEPS + "/" + STEPS);
        assertThat(new ObjectMapper()
                        .readTree(run.resolve("front.json").toFile())
                        .findValuesAsText("model"))
                .filteredOn("preference"::equals)
                .hasSize(8);
    }

    @Test
    void adaSvd() throws IOException {
        Ending ending = run("## AdaSVD").get(0);

        assertJudged(ending, "ada_svd/clip_vision", LOGS.resolve("ada_svd/clip_vision/version_0"));
        assertThat(ending.out()).containsOnlyOnce("The processor computed, instead of cuda");
    }
}
