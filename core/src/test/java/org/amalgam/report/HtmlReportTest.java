package org.amalgam.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.pool.TaskScore;
import org.amalgam.report.AccuracyTable.Kind;
import org.amalgam.report.AccuracyTable.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

class HtmlReportTest {

    private static final Pattern SCRIPT_ELEMENT = Pattern.compile("(?s)<script[^>]*>.*?</script>");
    private static final Pattern REFERENCE = Pattern.compile("\\s(?:src|href|srcset|action|data|poster)=\"([^\"]*)\"");
    private static final Pattern DATA =
            Pattern.compile("(?s)<script type=\"application/json\" id=\"figure-data\">(.*?)</script>");

    @Test
    void theSectionsStandFromTheResultToTheCommand() {
        String page = markup(HtmlReport.text(Samples.single(6)));

        assertThat(page)
                .containsSubsequence(
                        "<h1>Layer-wise AdaMerging of 6 experts into clip-vit-tiny192-patch8.</h1>",
                        "It reaches 86.6\u00a0% ± 0.9 accuracy on average over 6 tasks and keeps 90\u00a0% of what fine-tuning gained",
                        "71 % of this machine",
                        "Accuracy</h2>",
                        "zero-",
                        "experts",
                        "Accuracy per task",
                        "Loss per task</h3>",
                        "Merging coefficients over steps",
                        "Layer-wise merging coefficients",
                        "Loss per task over steps",
                        "Where the time went",
                        "Inputs</h2>",
                        "9f86d081884c7d65",
                        "Settings</h2>",
                        "optimizer.lr",
                        "Repeating it</h2>",
                        "bin/amalgam method=adamerging",
                        "2.10.0");
    }

    @Test
    void everySettingOfASingleRunIsThereFoldedAway() {
        Map<String, Object> configuration = Map.of(
                "method", Map.of("optimizer", Map.of("lr", 0.5)), "modelpool", Map.of("processor", "models/<x>"));
        String page = markup(HtmlReport.text(Samples.single(2).withConfiguration(configuration)));

        assertThat(page)
                .containsSubsequence(
                        "<details>",
                        "Everything that the run was told",
                        "<dt>method.optimizer.lr</dt><dd>0.5</dd>",
                        "</details>",
                        "Repeating it")
                .contains("<dt>modelpool.processor</dt>")
                .doesNotContain("models/<x>");
        assertThat(markup(HtmlReport.text(Samples.single(2)))).doesNotContain("Everything that the run was told");
    }

    @Test
    void lossesPerTaskAreATableOfTheRowsThatHaveAny() {
        AccuracyTable table = new AccuracyTable(
                List.of("a", "b"),
                List.of(
                        new Row("zero-shot", Kind.ZERO_SHOT, Map.of("a", new TaskScore(0.5, Double.NaN, 10))),
                        new Row(
                                "merged",
                                Kind.MERGED,
                                Map.of("a", new TaskScore(0.5, 0.25, 10), "b", new TaskScore(1, 1.0625, 10)))));
        String page = markup(HtmlReport.text(Hostile.withTable(Samples.single(1), table)));
        String losses = page.substring(page.indexOf("Loss per task</h3>"));
        losses = losses.substring(0, losses.indexOf("</table>"));

        assertThat(losses).containsSubsequence(">0.250<", ">1.063<", ">0.656<").doesNotContain("zero-");
        AccuracyTable unmeasured =
                new AccuracyTable(List.of("a"), List.of(table.rows().get(0)));
        assertThat(markup(HtmlReport.text(Hostile.withTable(Samples.single(1), unmeasured))))
                .contains("Accuracy</h2>")
                .doesNotContain("Loss per task</h3>");
    }

    @Test
    void everyFigureHasDataACaptionAndWordsForAScreenReader() throws IOException {
        String text = HtmlReport.text(Samples.demo());
        String page = markup(text);
        JsonNode figures = data(text).get("figures");

        assertThat(figures).hasSize(8);
        for (int i = 0; i < figures.size(); i++) {
            assertThat(page).contains("data-figure=\"" + i + "\" role=\"img\" aria-label=\"");
        }
        assertThat(page.split("<figcaption>", -1)).hasSize(9);
        assertThat(page.split("<details>", -1)).hasSize(9);
        assertThat(page).contains("href=\"#method-6\"").contains("id=\"method-6\"");
    }

    @Test
    void severalMethodsAreComparedAndTheBestOfAColumnIsMarkedOnce() {
        String page = markup(HtmlReport.text(Samples.demo()));

        assertThat(page).contains("Average accuracy per method").contains("Best is layer_wise_adamerging_pp with");
        assertThat(page.split("class=\"best\"", -1)).hasSize(1 + 7);
        assertThat(markup(HtmlReport.text(Samples.single(6)))).doesNotContain("class=\"best\"");
    }

    @Test
    void thePageAsksTheNetworkForNothing() {
        String page = HtmlReport.text(Samples.demo());

        List<String> references =
                REFERENCE.matcher(markup(page)).results().map(m -> m.group(1)).toList();
        assertThat(references)
                .isNotEmpty()
                .allMatch(reference -> reference.startsWith("#") || reference.equals("data:,"));
        assertThat(markup(page))
                .doesNotContain("http://")
                .doesNotContain("https://")
                .doesNotContain("@import")
                .doesNotContain("url(");
        assertThat(page).contains("content=\"default-src 'none';");
        assertThat(page.length()).isBetween(1_000_000, 2_000_000);
    }

    @Test
    void taskColoursAreTheSameInTableAndFigures() throws IOException {
        String text = HtmlReport.text(Samples.single(6));
        JsonNode palette = data(text).get("palette");

        for (String task : Samples.TASKS.subList(0, 6)) {
            assertThat(markup(text))
                    .contains("--light: " + palette.at("/" + task + "/light").textValue());
        }
    }

    @Test
    void hostileNamesStayText() throws IOException {
        String text = HtmlReport.text(Hostile.report());
        JsonNode data = data(text);

        // The four elements that the template has, and not one that a name has made.
        assertThat(SCRIPT_ELEMENT.matcher(text).results().map(MatchResult::group))
                .hasSize(3);
        assertThat(markup(text)).doesNotContain("<img").contains("&lt;img");
        assertThat(data.at("/figures/1/series/0/name").textValue()).isEqualTo(Hostile.SCRIPT);
        assertThat(data.at("/figures/1/series/1/name").textValue()).isEqualTo(Hostile.COMMENT);
        assertThat(DATA.matcher(text).results().findFirst().orElseThrow().group(1))
                .doesNotContain("<")
                .doesNotContain("\u2028");
    }

    @Test
    void nothingEvaluatedIsAPageAllTheSame(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("report.html");
        HtmlReport.write(Hostile.withTable(Samples.single(2), AccuracyTable.empty()), file);

        assertThat(markup(Files.readString(file)))
                .contains("No accuracy on all tasks was measured.")
                .doesNotContain("Accuracy</h2>")
                .contains("Merging coefficients over steps");
    }

    /** The page without its scripts. */
    private static String markup(String page) {
        return SCRIPT_ELEMENT.matcher(page).replaceAll("");
    }

    private static JsonNode data(String page) throws IOException {
        return new ObjectMapper()
                .readTree(DATA.matcher(page).results().findFirst().orElseThrow().group(1));
    }
}
