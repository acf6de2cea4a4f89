package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.amalgam.data.dataset.ResultTable.Column;
import org.amalgam.figure.Figure;
import org.amalgam.pareto.Hypervolume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** What a run writes of its Pareto front. */
class FrontTest {

    private static final List<String> LEARNING = List.of(
            "method=pwe_moe_ls_for_clip",
            "method.num_steps=2",
            "method.lr=1e-2",
            "method.dataloader_kwargs.batch_size=2",
            "modelpool=mine",
            "taskpool=mine");

    static String[] learning(WorkingArea area, String... more) {
        List<String> overrides = new ArrayList<>(LEARNING);
        overrides.add(
                ("modelpool.train_datasets={birds: {path: %1$s/data/birds, classnames: [owl, wren]}, digits: {path:"
                                + " %1$s/data/digits, split: test, classnames: [zero, one, two]}}")
                        .formatted(area.root()));
        overrides.addAll(List.of(more));
        return overrides.toArray(String[]::new);
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    private static Object value(Front front, String column, int row) {
        return front.table().columns().stream()
                .filter(c -> c.name().equals(column))
                .map((Column c) -> Optional.ofNullable(c.value(row)))
                .findFirst()
                .orElseThrow()
                .orElse(null);
    }

    /** Both files hold every model: weights, accuracies as the front's figure has them, domination and contribution. */
    @Test
    void aRunWritesItsFrontAsJsonAndAsParquet(@TempDir Path folder) throws Exception {
        WorkingArea area = WorkingArea.in(folder);
        Path run = area.path("run");
        Ending ending = area.amalgam(learning(area, "method.eval_grid_m=3", "hydra.run.dir=" + run));
        assertThat(ending.code()).as(ending.err()).isZero();

        JsonNode rows = json(run.resolve("front.json"));
        assertThat(rows).hasSize(3 + 2 + 1);
        assertThat(rows)
                .extracting(row -> row.get("model").asText())
                .containsExactly(
                        "preference", "preference", "preference", "expert birds", "expert digits", "task_arithmetic");
        List<List<Double>> accuracies = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            JsonNode row = rows.get(i);
            assertThat(row.get("preference_birds").asDouble()).isEqualTo(i / 2.0);
            assertThat(row.get("preference_digits").asDouble()).isEqualTo(1 - i / 2.0);
            accuracies.add(List.of(
                    row.get("accuracy_birds").asDouble(),
                    row.get("accuracy_digits").asDouble()));
        }
        for (int i = 0; i < 3; i++) {
            List<List<Double>> without = new ArrayList<>(accuracies);
            without.remove(i);
            assertThat(rows.get(i).get("hypervolume_contribution").asDouble())
                    .isCloseTo(Hypervolume.of(accuracies) - Hypervolume.of(without), within(1e-12));
            assertThat(rows.get(i).get("dominated").asBoolean()).isEqualTo(Hypervolume.dominated(accuracies)[i]);
        }
        assertThat(rows.get(3).get("preference_birds").isNull()).isTrue();
        assertThat(rows.get(3).get("hypervolume_contribution").isNull()).isTrue();

        // Six images a task: an expert's accuracy on its own is the one of the report's table.
        JsonNode experts = json(run.resolve("report.json")).at("/amalgam/table/1/tasks");
        assertThat(rows.get(3).get("accuracy_birds")).isEqualTo(experts.at("/birds/accuracy"));
        assertThat(rows.get(4).get("accuracy_digits")).isEqualTo(experts.at("/digits/accuracy"));

        assertThat(parquet(run.resolve("front.parquet")))
                .isEqualTo(IntStream.range(0, rows.size())
                        .mapToObj(i -> {
                            List<String> values = new ArrayList<>();
                            rows.get(i).forEach(value -> values.add(value.asText()));
                            return values;
                        })
                        .toList());
    }

    private static List<List<String>> parquet(Path file) throws SQLException {
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                ResultSet rows = duckDb.createStatement().executeQuery("SELECT * FROM '" + file + "'")) {
            List<List<String>> read = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(rows.getObject(i)));
                }
                read.add(row);
            }
            return read;
        }
    }

    @Test
    void dominationAndContributionAreThoseOfTheGrid() {
        Front front = new Front(
                List.of("a", "b"),
                List.of("a", "b"),
                List.of(List.of(0.0, 1.0), List.of(0.5, 0.5), List.of(1.0, 0.0)),
                List.of(List.of(0.2, 0.9), List.of(0.1, 0.8), List.of(0.9, 0.2)),
                List.of(
                        new Figure.Beside("expert a", Optional.of("a"), List.of(1.0, 0.1)),
                        new Figure.Beside("task_arithmetic", Optional.empty(), List.of(0.2, 0.8))));

        assertThat(IntStream.range(0, 5).mapToObj(i -> value(front, "dominated", i)))
                .containsExactly(false, true, false, false, true);
        // Without the first, the second is dominated no more: 0.32 becomes 0.9 x 0.2 + 0.1 x (0.8 - 0.2).
        assertThat((double) value(front, "hypervolume_contribution", 0)).isCloseTo(0.08, within(1e-12));
        assertThat(value(front, "hypervolume_contribution", 1)).isEqualTo(0.0);
        assertThat((double) value(front, "hypervolume_contribution", 2)).isCloseTo(0.14, within(1e-12));
        assertThat(value(front, "hypervolume_contribution", 3)).isNull();
    }

    /** AdaMerging's result stands beside the front from its own run's folder. */
    @Test
    void anotherRunStandsBeside(@TempDir Path folder) throws Exception {
        WorkingArea area = WorkingArea.in(folder);
        Path other = area.path("other");
        assertThat(area.amalgam(
                                "method=adamerging",
                                "method.max_steps=1",
                                "modelpool=mine",
                                "taskpool=mine",
                                "hydra.run.dir=" + other)
                        .code())
                .isZero();
        Path run = area.path("run");
        Ending ending = area.amalgam(learning(area, "evaluation.beside=[" + other + "]", "hydra.run.dir=" + run));
        assertThat(ending.code()).as(ending.err()).isZero();

        JsonNode row = json(run.resolve("front.json")).get(2);
        JsonNode report = json(other.resolve("report.json"));
        assertThat(row.get("model").asText()).isEqualTo("adamerging");
        assertThat(row.get("accuracy_birds")).isEqualTo(report.at("/birds/accuracy"));
        assertThat(row.get("accuracy_digits")).isEqualTo(report.at("/digits/accuracy"));
    }

    @Test
    void whatCannotStandBesideIsRefusedBeforeAnythingIsLearned(@TempDir Path folder) throws Exception {
        WorkingArea area = WorkingArea.in(folder);

        assertThat(area.amalgam(learning(area, "evaluation.beside=[adamerging]"))
                        .err())
                .contains("evaluation.beside: adamerging looks at samples")
                .contains("name its folder");
        assertThat(area.amalgam(learning(area, "evaluation.beside=[nobody]")).err())
                .contains("evaluation.beside: expected experts, a method, or the folder of a run")
                .contains("found nobody");
        assertThat(area.path("logs")).doesNotExist();

        Path other = area.path("other");
        assertThat(area.amalgam(
                                "method=simple_average",
                                "modelpool=mine",
                                "taskpool=mine",
                                "~taskpool.test_datasets.digits",
                                "hydra.run.dir=" + other)
                        .code())
                .isZero();
        Path run = area.path("run");
        Ending ending = area.amalgam(learning(area, "evaluation.beside=[" + other + "]", "hydra.run.dir=" + run));
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err())
                .contains("evaluation.beside: " + other.resolve("report.json"))
                .contains("no accuracy on the 6 samples of digits")
                .doesNotContain("adapting");
        assertThat(run).doesNotExist();
    }

    @Test
    void aMethodThatDoesNotFitTheModelsIsRefusedBeforeAnythingIsLearned(@TempDir Path folder) throws Exception {
        WorkingArea area = WorkingArea.in(folder);
        Path run = area.path("run");
        String[] three = {
            "+modelpool.models.more=" + area.model("birds"),
            "+modelpool.train_datasets.more={path: %s/data/birds, classnames: [owl, wren]}".formatted(area.root()),
            "evaluation.beside=[slerp]",
            "hydra.run.dir=" + run
        };
        String refused =
                "evaluation.beside: leave out slerp, which does not fit these models: method=slerp interpolates"
                        + " between two fine-tuned models, the pool has 3 (birds, digits, more)";
        Ending ending = area.amalgam(learning(area, three));
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err()).contains(refused).doesNotContain("adapting");
        assertThat(run).doesNotExist();

        List<String> check = new ArrayList<>(List.of("check"));
        check.addAll(List.of(learning(area, three)));
        Ending checked = area.amalgam(check.toArray(String[]::new));
        assertThat(checked.code()).isEqualTo(2);
        assertThat(checked.out().replaceAll("\\s+", " ")).contains(refused);
    }
}
