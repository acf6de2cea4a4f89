package org.amalgam.report;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The page as a browser makes it. Needs a Chromium on the path; without one it says so and is skipped. */
class ReportInBrowserTest {

    private static final List<String> BROWSERS =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");
    private static final long PATIENCE_SECONDS = 60;

    @Test
    void everyFigureIsDrawnWithoutAnError(@TempDir Path folder) throws Exception {
        Rendered page = render(Samples.single(6), folder);

        assertThat(page.complaints()).isEmpty();
        assertThat(page.dom().split("<svg", -1)).hasSize(1 + 4);
        // Labels at the lines' ends and groups below the heat map are words in the picture, not only in a tooltip.
        assertThat(drawnWords(page)).contains("hiragana", "block 11", "embeddings", "head", "coefficient λ", "experts");
    }

    @Test
    void aLandscapeHasACellAPointContoursAndMarks(@TempDir Path folder) throws Exception {
        Rendered page = render(Samples.landscape(), folder);

        assertThat(page.complaints()).isEmpty();
        assertThat(drawnWords(page)).contains("loss of mnist", "joint loss", "λ1, mnist", "λ2, letters", "θ0", "θ1");
        assertThat(page.dom().split("<svg", -1)).hasSize(1 + 1);
        String drawing = page.dom().substring(page.dom().indexOf("<svg"));
        // Two strokes of one path of many pieces on each of the three surfaces.
        assertThat(Pattern.compile("<path d=\"(?:M[-\\d. ]+L[-\\d. ]+){20,}\"")
                        .matcher(drawing)
                        .results())
                .hasSize(2 * 3);
    }

    @Test
    void hostileNamesAndMissingNumbersAreDrawnAsTheyAre(@TempDir Path folder) throws Exception {
        Rendered page = render(Hostile.report(), folder);

        assertThat(page.complaints()).isEmpty();
        assertThat(page.dom()).doesNotContain("<title>owned").contains("<svg");
    }

    private record Rendered(String dom, List<String> complaints) {}

    private static Rendered render(RunReport report, Path folder) throws IOException, InterruptedException {
        Optional<Path> browser = browser();
        if (browser.isEmpty()) {
            System.out.println("SKIPPED: no Chromium on the path, so the report page is not seen by a browser");
        }
        assumeTrue(browser.isPresent(), "no Chromium on the path");
        Path page = folder.resolve("report.html");
        HtmlReport.write(report, page);
        Path dom = folder.resolve("dom.html");
        Path log = folder.resolve("log.txt");
        Process process = new ProcessBuilder(
                        browser.get().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--enable-logging=stderr",
                        "--window-size=1100,2000",
                        "--dump-dom",
                        page.toUri().toString())
                .redirectOutput(dom.toFile())
                .redirectError(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("browser ended")
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        List<String> complaints;
        try (Stream<String> lines = Files.lines(log)) {
            complaints = lines.filter(line -> line.contains("CONSOLE")).toList();
        }
        return new Rendered(Files.readString(dom), complaints);
    }

    private static List<String> drawnWords(Rendered page) {
        return Pattern.compile("<text[^>]*>([^<]*)</text>")
                .matcher(page.dom())
                .results()
                .map(match -> match.group(1).replaceAll("^[\\d.\\s]*", ""))
                .toList();
    }

    private static Optional<Path> browser() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Arrays.stream(path.split(Pattern.quote(File.pathSeparator), -1))
                .flatMap(folder -> BROWSERS.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
