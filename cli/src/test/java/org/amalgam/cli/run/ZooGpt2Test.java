package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.cli.config.Composer;
import org.amalgam.cli.config.GroupChoice;
import org.amalgam.cli.docs.Pages;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.amalgam.method.MethodCatalogue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;

/** Every method on the embedded GPT-2 family, by the commands that docs/gpt2.md prints, with few steps and samples. */
@Tag("zoo")
class ZooGpt2Test {

    private static final String COMMAND = "bin/amalgam ";
    private static final Pattern SPACES = Pattern.compile(" +");

    /** What takes long, where a method has the setting. */
    private static final Map<String, String> SHORT = Map.of(
            "max_steps", "2",
            "num_steps", "2",
            "num_regmean_examples", "64",
            "num_fisher_examples", "64");

    /** What the page says that no GPT-2 goes with, and what brings back a mixture that a run saved. */
    private static final Set<String> NOT_OFFERED =
            Set.of("ada_svd", "sparse_weight_ensembling_moe", "saved_mixture", "weight_ensembling_moe");

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
    }

    private static List<List<String>> commands() {
        return Pages.blocks(Pages.read("docs/gpt2.md"), "sh").stream()
                .flatMap(block -> block.replaceAll("\\\\\\n\\s*", "").lines())
                .filter(line -> line.startsWith(COMMAND + "method="))
                .map(line -> SPACES.splitAsStream(line.substring(COMMAND.length())
                                .replaceFirst(" +#.*$", "")
                                .replace("'", ""))
                        .toList())
                .toList();
    }

    private static GroupChoice method(List<String> command) {
        return new Composer(List.of(), new AmalgamProgram().builtIn())
                .compose(command.toArray(String[]::new))
                .method();
    }

    private Ending amalgam(List<String> command, String... more) {
        List<String> given = new ArrayList<>(command);
        GroupChoice method = method(command);
        SHORT.forEach(
                (key, value) -> method.node().text(key).ifPresent(present -> given.add("method." + key + "=" + value)));
        given.addAll(List.of(more));
        return area.amalgam(given.toArray(String[]::new));
    }

    @TestFactory
    Stream<DynamicTest> everyCommandOfThePageMergesTheFamily() {
        return commands().stream()
                .map(command -> DynamicTest.dynamicTest(String.join(" ", command), () -> {
                    Path file = area.path("report" + commands().indexOf(command) + ".json");
                    Ending ending = amalgam(command, "report_save_path=" + file);
                    assertThat(ending.err()).doesNotContain("amalgam:");
                    assertThat(ending.code()).isZero();
                    JsonNode table = new ObjectMapper()
                            .readTree(file.toFile())
                            .path("amalgam")
                            .path("table");
                    double merged = average(table, "merged");
                    // The ancestor with the experts' heads has 0.597, the experts have 0.763.
                    assertThat(merged).isGreaterThan(average(table, "zero_shot") + 0.02);
                    assertThat(merged).isLessThan(average(table, "expert") + 0.02);
                }));
    }

    private static double average(JsonNode table, String kind) {
        return StreamSupport.stream(table.spliterator(), false)
                .filter(row -> row.path("kind").asText().equals(kind))
                .mapToDouble(row -> row.path("average_accuracy").asDouble())
                .max()
                .orElseThrow();
    }

    @Test
    void thePageHasACommandForEveryMethodThatTakesTexts() {
        Set<String> shown =
                commands().stream().map(command -> method(command).base()).collect(Collectors.toSet());

        assertThat(MethodCatalogue.ENTRIES.stream().map(MethodCatalogue.Entry::name))
                .allMatch(name -> shown.contains(name) || NOT_OFFERED.contains(name));
    }

    @Test
    void whatIsNotOfferedIsRefusedInASentence() {
        Ending ending =
                area.amalgam("method=weight_ensembling_moe", "modelpool=zoo_gpt2", "taskpool=zoo_gpt2", "memory=2g");

        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err().lines().filter(line -> line.startsWith("amalgam:")))
                .singleElement()
                .asString()
                .contains("method.router_hidden_layers=0");
    }
}
