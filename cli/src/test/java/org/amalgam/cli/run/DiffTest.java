package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.cli.Main;
import org.amalgam.cli.Terminal;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code amalgam diff} as a user starts it. */
class DiffTest {

    private static final String BIAS = "vision_model.post_layernorm.bias";

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
        area.change("clip", tensors -> {
            tensors.put(BIAS, HostTensor.ofFloats(bias(3, 4), 24));
            return tensors;
        });
        area.change("birds", tensors -> {
            tensors.put(BIAS, HostTensor.ofFloats(bias(-3, 4), 24));
            return tensors;
        });
    }

    private static float[] bias(float first, float second) {
        float[] bias = new float[24];
        bias[0] = first;
        bias[1] = second;
        return bias;
    }

    private static Ending diff(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(
                        AmalgamProgram::new,
                        Terminal.none(StandardCharsets.UTF_8),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(words);
        return new Ending(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private String model(String name) {
        return area.model(name).toString();
    }

    @Test
    void tensorsInAlignedColumns() {
        Ending ending = diff("diff", model("clip"), model("birds"), "--limit", "0");
        assertThat(ending.err()).isEmpty();
        assertThat(ending.code()).isZero();
        List<String> lines = ending.out().lines().toList();
        assertThat(lines.get(3)).startsWith("tensor").contains("norm", "relative", "cosine", "signs");
        assertThat(lines)
                .anyMatch(line -> line.matches(BIAS + " +24 +5\\.000 +6\\.000 +120 % +0\\.280000 +50\\.0 %"))
                .anyMatch(line -> line.startsWith("all "))
                .anyMatch(line -> line.startsWith("only from"));
        Ending three = diff("diff", model("clip"), model("birds"), "--limit", "3", "--sort", "difference");
        assertThat(three.out().lines().toList().get(7)).startsWith("all ");
        assertThat(three.out()).contains("tensors more; --limit 0 prints all");
    }

    @Test
    void theMostDifferentTensorIsFirst() throws IOException {
        for (String sort : List.of("relative", "difference")) {
            Ending ending = diff("--json", "diff", model("clip"), model("birds"), "--sort", sort);
            double before = Double.POSITIVE_INFINITY;
            for (JsonNode tensor : new ObjectMapper().readTree(ending.out()).at("/0/tensors")) {
                double now = tensor.path(sort).asDouble(Double.POSITIVE_INFINITY);
                assertThat(now).as(sort).isLessThanOrEqualTo(before);
                before = now;
            }
            assertThat(before).isFinite();
        }
    }

    @Test
    void asJsonWithEveryTensorAndSeveralModels() throws IOException {
        Ending ending = diff("--json", "diff", model("clip"), model("birds"), model("digits"), "--sort", "name");
        assertThat(ending.code()).isZero();
        JsonNode json = new ObjectMapper().readTree(ending.out());
        assertThat(json).hasSize(2);
        assertThat(json.at("/1/to").asText()).isEqualTo(model("digits"));
        JsonNode bias = null;
        for (JsonNode tensor : json.at("/0/tensors")) {
            bias = tensor.path("name").asText().equals(BIAS) ? tensor : bias;
        }
        assertThat(bias.path("difference").asDouble()).isEqualTo(6);
        assertThat(bias.path("relative").asDouble()).isCloseTo(1.2, Offset.offset(1e-12));
        assertThat(bias.path("cosine").asDouble()).isCloseTo(7.0 / 25, Offset.offset(1e-12));
        assertThat(bias.path("signs").asDouble()).isEqualTo(0.5);
        assertThat(json.at("/0/only_from")).isNotEmpty();
        assertThat(json.at("/0/only_to")).isEmpty();
    }

    @Test
    void taskVectorsOfOneAncestorOnAPage() throws IOException {
        Ending ending = area.amalgam(
                "analysis=task_vector_similarity",
                "modelpool=mine",
                "taskpool=dummy",
                "~modelpool.models",
                Diff.similarity(model("clip"), List.of(model("birds"), model("digits"), model("birds") + "/"))[3]);
        assertThat(ending.err()).doesNotContain("amalgam:");
        assertThat(ending.code()).isZero();
        assertThat(ending.out()).contains("birds", "birds_2", "digits", "length");
        Path run = area.path("logs/task_vector_similarity/version_0");
        assertThat(run.resolve("report.html"))
                .content()
                .contains("Similarity of the task vectors", "Lengths of the task vectors by tensor");
        JsonNode values = new ObjectMapper()
                .readTree(run.resolve("report.json").toFile())
                .at("/amalgam/methods/0/figures/0/values");
        assertThat(values.at("/0/2").asDouble()).isCloseTo(1, Offset.offset(1e-12));
        assertThat(values.at("/0/1").asDouble()).isBetween(-1.0, 0.99);
        assertThat(values.at("/0/1")).isEqualTo(values.at("/1/0"));
    }

    @Test
    void whatCannotBeComparedIsOneSentence() throws IOException {
        Ending one = diff("diff", model("clip"));
        assertThat(one.code()).isEqualTo(2);
        assertThat(one.err()).contains("name two or more");
        assertThat(diff("diff", model("clip"), model("birds"), "--sort", "cosin")
                        .err())
                .contains("--sort", "Did you mean cosine?");
        assertThat(diff("diff", model("clip"), model("birds"), "--limit", "-1").err())
                .contains("--limit", "0 for all");
        Ending missing = diff("diff", model("clip"), model("cats"));
        assertThat(missing.code()).isEqualTo(2);
        assertThat(missing.err()).contains("cats: no such file or folder");
        assertThat(Files.exists(Path.of("outputs", "diff"))).isFalse();
    }
}
