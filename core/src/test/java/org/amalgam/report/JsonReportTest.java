package org.amalgam.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class JsonReportTest {

    @Test
    void theTopLevelIsTheReferencesReport() throws IOException {
        JsonNode json = new ObjectMapper().readTree(JsonReport.text(Samples.single(2)));

        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly("mnist", "fashion_mnist", "average", "model_info", "amalgam");
        assertThat(json.at("/mnist").fieldNames())
                .toIterable()
                .containsExactly("accuracy", "loss", "samples", "accuracy_interval");
        double accuracy = json.at("/mnist/accuracy").doubleValue();
        assertThat(json.at("/mnist/accuracy_interval/0").doubleValue()).isLessThan(accuracy);
        assertThat(json.at("/mnist/accuracy_interval/1").doubleValue()).isGreaterThan(accuracy);
        assertThat(json.at("/average/accuracy").doubleValue())
                .isCloseTo((accuracy + json.at("/fashion_mnist/accuracy").doubleValue()) / 2, within(1e-12));
        assertThat(json.at("/average/loss").isDouble()).isTrue();
        assertThat(json.at("/model_info/trainable_params").longValue()).isEqualTo(568);
        assertThat(json.at("/model_info/all_params").longValue()).isEqualTo(2_837_000);
        assertThat(json.at("/model_info/trainable_percentage").doubleValue())
                .isCloseTo(568.0 / 2_837_000, within(1e-15));
    }

    @Test
    void everythingElseStandsUnderAmalgam() throws IOException {
        JsonNode amalgam =
                new ObjectMapper().readTree(JsonReport.text(Samples.single(3))).get("amalgam");

        assertThat(amalgam.get("command").textValue()).startsWith("bin/amalgam method=adamerging");
        assertThat(amalgam.at("/inputs/0/sha256").textValue()).hasSize(64);
        assertThat(amalgam.at("/table").findValuesAsText("kind")).containsExactly("zero_shot", "expert", "merged");
        assertThat(amalgam.at("/table/2/kept").doubleValue()).isBetween(0.0, 1.0);
        assertThat(amalgam.at("/methods/0/settings/optimizer/lr").doubleValue()).isEqualTo(1e-3);
        assertThat(amalgam.at("/methods/0/settings/weights").isNull()).isTrue();
        assertThat(amalgam.at("/methods/0/profile/actions/0/calls").longValue()).isEqualTo(8000);
        assertThat(amalgam.at("/methods/0/figures/0/series/2/y")).hasSize(500);
        assertThat(amalgam.at("/versions/libtorch").textValue()).isEqualTo("2.10.0");
        assertThat(amalgam.at("/limits/share_of_gemm").doubleValue()).isCloseTo(92.0 / 130, within(1e-12));
        assertThat(amalgam.at("/limits/parts").findValuesAsText("part")).containsExactly("adapting", "evaluation");
        assertThat(amalgam.at("/limits/parts/1/share_of_gemm").doubleValue()).isCloseTo(71.0 / 130, within(1e-12));
        assertThat(Instant.parse(amalgam.get("started").textValue()))
                .isEqualTo(Samples.single(3).started());
    }

    @Test
    void everySettingOfASingleRunIsThere() {
        Map<String, Object> configuration = Map.of("method", Map.of("weights", List.of(1, 2)), "seed", 3);
        JsonNode json = JsonReport.tree(Samples.single(1).withConfiguration(configuration));

        assertThat(json.at("/amalgam/configuration/method/weights")).hasToString("[1,2]");
        assertThat(json.at("/amalgam/configuration/seed").intValue()).isEqualTo(3);
        assertThat(JsonReport.tree(Samples.demo()).at("/amalgam").has("configuration"))
                .isFalse();
    }

    @Test
    void severalMethodsAreHeadedByTheBest() {
        JsonNode json = JsonReport.tree(Samples.demo());
        JsonNode best = json.at("/amalgam/table/8");

        assertThat(best.get("label").textValue()).isEqualTo("layer_wise_adamerging_pp");
        assertThat(json.at("/average/accuracy")).isEqualTo(best.get("average_accuracy"));
        assertThat(json.at("/amalgam/methods")).hasSize(7);
    }

    @Test
    void aLandscapeHasItsSurfacesItsMarksAndItsLowestPoints() {
        JsonNode figure = JsonReport.tree(Samples.landscape()).at("/amalgam/methods/0/figures/0");

        assertThat(figure.path("kind").textValue()).isEqualTo("landscape");
        assertThat(figure.path("ticks")).hasSize(9);
        assertThat(figure.at("/surfaces/2/name").textValue()).isEqualTo("joint loss");
        assertThat(figure.at("/surfaces/0/values/4/8").doubleValue()).isEqualTo(0.1);
        assertThat(figure.at("/surfaces/0/lowest"))
                .hasToString("{\"name\":\"lowest\",\"x\":1.0,\"y\":0.0,\"values\":[0.1,2.1,2.2]}");
        assertThat(figure.at("/spots/1"))
                .hasToString("{\"name\":\"θ1\",\"x\":1.0,\"y\":0.0,\"values\":[0.1,2.25,2.35]}");
    }

    @Test
    void whatIsNoNumberIsNull() {
        assertThat(JsonReport.numbers(List.of(1.5, Double.NaN, Double.POSITIVE_INFINITY)))
                .hasToString("[1.5,null,null]");
    }

    @Test
    void nothingEvaluatedIsAReportAllTheSame() {
        RunReport dummy = Hostile.withTable(Samples.single(1), AccuracyTable.empty());
        JsonNode json = JsonReport.tree(dummy);

        assertThat(json.fieldNames()).toIterable().containsExactly("model_info", "amalgam");
    }

    @Test
    void theFileIsReplacedInOneStepAndNothingIsLeftBesideIt(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("deep/report.json");
        JsonReport.write(Samples.single(1), file);
        JsonReport.write(Samples.single(2), file);

        assertThat(Files.readString(file)).isEqualTo(JsonReport.text(Samples.single(2)));
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamedAndLeftAsItWas(@TempDir Path folder) throws IOException {
        Path blocker = Files.writeString(folder.resolve("file"), "kept");

        assertThatThrownBy(() -> JsonReport.write(Samples.single(1), folder))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(folder + ": expected the name of a file");
        assertThatThrownBy(() -> JsonReport.write(Samples.single(1), blocker.resolve("report.json")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("cannot be written");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(blocker);
        }
        assertThat(blocker).hasContent("kept");
    }
}
