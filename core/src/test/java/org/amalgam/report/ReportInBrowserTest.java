package org.amalgam.report;

import org.amalgam.fixtures.Chromium;
import org.amalgam.fixtures.Chromium.Rendered;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** The page as a browser makes it. Needs a Chromium on the path; without one it says so and is skipped. */
class ReportInBrowserTest {

    @Test
    void everyFigureIsDrawnWithoutAnError(@TempDir Path folder) throws Exception {
        Rendered page = render(Samples.single(6), folder);

        assertThat(page.complaints()).isEmpty();
        assertThat(page.dom().split("<svg", -1)).hasSize(1 + 4);
        // Labels at the lines' ends and groups below the heat map are words in the picture, not only in a tooltip.
        assertThat(page.drawnWords())
                .contains("hiragana", "block 11", "embeddings", "head", "coefficient λ", "experts");
    }

    @Test
    void aLandscapeHasACellAPointContoursAndMarks(@TempDir Path folder) throws Exception {
        Rendered page = render(Samples.landscape(), folder);

        assertThat(page.complaints()).isEmpty();
        assertThat(page.drawnWords()).contains("loss of mnist", "joint loss", "λ1, mnist", "λ2, letters", "θ0", "θ1");
        assertThat(page.dom().split("<svg", -1)).hasSize(1 + 1);
        String drawing = page.dom().substring(page.dom().indexOf("<svg"));
        // Two strokes of one path of many pieces on each of the three surfaces.
        assertThat(Pattern.compile("<path d=\"(?:M[-\\d. ]+L[-\\d. ]+){20,}\"")
                        .matcher(drawing)
                        .results())
                .hasSize(2 * 3);
    }

    /** Two tasks, three and more: with the other models' names, and every model of a preference as it should be. */
    @Test
    void aFrontIsACurveTrianglesOrParallelCoordinates(@TempDir Path folder) throws Exception {
        Rendered two = render(Samples.front(2), Files.createDirectories(folder.resolve("2")));
        assertThat(two.complaints()).isEmpty();
        assertThat(two.drawnWords())
                .contains(
                        "mnist alone",
                        "letters alone",
                        "expert mnist",
                        "expert letters",
                        "task_arithmetic",
                        "adamerging")
                .anyMatch(word -> word.startsWith("accuracy on mnist"));

        Rendered three = render(Samples.front(3), Files.createDirectories(folder.resolve("3")));
        assertThat(three.complaints()).isEmpty();
        assertThat(three.drawnWords())
                .filteredOn(word -> word.startsWith("accuracy on "))
                .hasSize(3);
        assertThat(three.drawnWords())
                .filteredOn(word -> word.startsWith("adamerging 9"))
                .hasSize(3);

        Rendered four = render(Samples.front(4), Files.createDirectories(folder.resolve("4")));
        assertThat(four.complaints()).isEmpty();
        assertThat(four.drawnWords())
                .contains("mnist", "letters", "textures", "hiragana", "task_arithmetic", "adamerging");
    }

    @Test
    void pointsOfAFrontThatCoincideShareALabel(@TempDir Path folder) throws Exception {
        Rendered page = render(Samples.flatFront(), folder);

        assertThat(page.complaints()).isEmpty();
        assertThat(page.drawnWords())
                .contains("mnist alone, letters alone", "task_arithmetic")
                .doesNotContain("mnist alone", "letters alone");
    }

    @Test
    void hostileNamesAndMissingNumbersAreDrawnAsTheyAre(@TempDir Path folder) throws Exception {
        Rendered page = render(Hostile.report(), folder);

        assertThat(page.complaints()).isEmpty();
        assertThat(page.dom()).doesNotContain("<title>owned").contains("<svg");
    }

    private static Rendered render(RunReport report, Path folder) throws IOException, InterruptedException {
        Chromium browser = Chromium.orSkip("the report page");
        Path page = folder.resolve("report.html");
        HtmlReport.write(report, page);
        return browser.render(page.toUri(), folder);
    }
}
