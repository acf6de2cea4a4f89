package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.cli.Console;
import org.amalgam.cli.Terminal;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.amalgam.fixtures.BrowserPage;
import org.amalgam.fixtures.Chromium;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The page on which a run's Pareto set is explored, by requests and as a browser makes it. */
class ExploreTest {

    @TempDir
    Path folder;

    private WorkingArea area;
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Thread> serving = new ArrayList<>();

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Thread thread : serving) {
            thread.interrupt();
            thread.join(TimeUnit.SECONDS.toMillis(30));
            assertThat(thread.isAlive()).as("the page ends calmly").isFalse();
        }
    }

    private Path learned(String... more) {
        Path run = area.path("run");
        List<String> overrides = new ArrayList<>(List.of(FrontTest.learning(area, more)));
        overrides.add("hydra.run.dir=" + run);
        Ending ending = area.amalgam(overrides.toArray(String[]::new));
        assertThat(ending.code()).as(ending.err()).isZero();
        return run;
    }

    private static Console console() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new Console(nowhere, nowhere, Terminal.none(StandardCharsets.UTF_8), Console.Volume.NORMAL);
    }

    private URI served(Path run) throws Exception {
        CompletableFuture<URI> page = new CompletableFuture<>();
        Console console = console();
        Thread thread = new Thread(() -> {
            try {
                Explore.serve(
                        run,
                        0,
                        new AmalgamProgram().builtIn(),
                        Folders.ofThisProcess(console),
                        console,
                        page::complete);
            } catch (RuntimeException e) {
                page.completeExceptionally(e);
            }
        });
        thread.start();
        serving.add(thread);
        return page.get(60, TimeUnit.SECONDS);
    }

    private HttpResponse<String> get(URI page, String path, String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(page.resolve(path));
        if (!token.isEmpty()) {
            request.header("X-Amalgam-Token", token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(URI page, String path, String token, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(page.resolve(path))
                        .header("X-Amalgam-Token", token)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String token(URI page) throws Exception {
        Matcher token = Pattern.compile("\"token\":\"([0-9a-f]{32})\"")
                .matcher(get(page, "/", "").body());
        assertThat(token.find()).isTrue();
        return token.group(1);
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    /** Measured at a point of the grid, a model has the accuracies that the run wrote down. */
    @Test
    void measuresAndExportsTheModelOfAPreference() throws Exception {
        Path run = learned("method.eval_grid_m=3");
        JsonNode point = json(Files.readString(run.resolve("front.json"))).get(1);
        URI page = served(run);
        String token = token(page);

        HttpResponse<String> measured = post(page, "/measure", token, "{\"preference\": [0.5, 0.5]}");
        assertThat(measured.statusCode()).as(measured.body()).isEqualTo(200);
        assertThat(json(measured.body()).get("accuracies").get(0).asDouble())
                .isEqualTo(point.get("accuracy_birds").asDouble());
        assertThat(json(measured.body()).get("accuracies").get(1).asDouble())
                .isEqualTo(point.get("accuracy_digits").asDouble());
        JsonNode state = json(get(page, "/state", token).body());
        assertThat(state.get("busy").asBoolean()).isFalse();
        assertThat(state.get("done")).isEqualTo(state.get("total"));

        Path merged = area.path("merged");
        String wish = "{\"preference\": [1, 3], \"folder\": \"" + merged + "\"}";
        assertThat(post(page, "/export", token, wish).statusCode()).isEqualTo(200);
        assertThat(exported(merged)).containsExactly(dense(run), Offset.offset(1e-6f));
        assertThat(merged.resolve("README.md"))
                .content()
                .contains(
                        "| preference | \\[0.25, 0.75] |",
                        "amalgam explore " + run,
                        "method=pwe_moe_ls_for_clip method.num_steps=2",
                        Checkpoint.open(area.model("birds")).sha256());
        HttpResponse<String> again = post(page, "/export", token, wish);
        assertThat(again.statusCode()).isEqualTo(400);
        assertThat(json(again.body()).get("error").asText())
                .contains(merged.toString())
                .contains("exist")
                .doesNotContain("\n");
    }

    private static float[] exported(Path model) {
        return Checkpoint.open(model)
                .slots()
                .get("vision_model.encoder.layers.0.mlp.fc1.weight")
                .tensor()
                .toFloats();
    }

    /** The same preference as a run of its own makes it from the same routers. */
    private float[] dense(Path run) {
        Path saved = area.path("saved");
        Ending ending = area.amalgam(FrontTest.learning(
                area,
                "method.checkpoint_path=" + run.resolve("routers.safetensors"),
                "method.preference=[1,3]",
                "method.eval_grid=false",
                "merged_model_save_path=" + saved));
        assertThat(ending.code()).as(ending.err()).isZero();
        return exported(saved);
    }

    @Test
    void refusesWhoeverIsNotThePage() throws Exception {
        URI page = served(learned());

        assertThat(page.getHost()).isEqualTo("127.0.0.1");
        assertThat(get(page, "/state", "").statusCode()).isEqualTo(403);
        HttpResponse<String> forged = post(page, "/measure", "0".repeat(32), "{\"preference\": [1, 1]}");
        assertThat(forged.statusCode()).isEqualTo(403);
        assertThat(forged.body()).contains("does not come from the page");
        assertThat(rebound(page)).startsWith("HTTP/1.1 403").doesNotContain("<html");
        assertThat(get(page, "/etc/passwd", "").statusCode()).isEqualTo(404);
        assertThat(get(page, "/", "").headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).contains("default-src 'none'"));
    }

    /** As a browser asks that was told that evil.example lies here. */
    private static String rebound(URI page) throws IOException {
        try (Socket socket = new Socket(page.getHost(), page.getPort())) {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: evil.example:" + page.getPort() + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void whatCannotBeMeasuredIsOneSentence() throws Exception {
        URI page = served(learned());
        String token = token(page);

        for (String body :
                List.of("{\"preference\": [0, 0]}", "{\"preference\": [1, -1]}", "{\"preference\": [1]}", "{}", "{")) {
            HttpResponse<String> answer = post(page, "/measure", token, body);
            assertThat(answer.statusCode()).as(body).isEqualTo(400);
            assertThat(json(answer.body()).get("error").asText()).as(body).isNotBlank();
        }
        assertThat(post(page, "/export", token, "{\"preference\": [1, 1], \"folder\": \" \"}")
                        .body())
                .contains("has no name");
    }

    @Test
    void whatIsNoParetoSetIsRefused() throws Exception {
        Path other = area.path("other");
        area.amalgam("method=simple_average", "modelpool=mine", "taskpool=mine", "hydra.run.dir=" + other);
        assertThatThrownBy(() -> new AmalgamProgram().explore(other, 0, console()))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("there is no front.json in it")
                .hasMessageContaining("method.eval_grid=true");
        Path run = learned();
        try (var socket =
                new java.net.ServerSocket(0, 1, java.net.InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            assertThatThrownBy(
                            () -> ExploreServer.open(socket.getLocalPort(), new ExplorePage(run, FrontFile.read(run))))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("is taken; name another");
        }
        assertThatThrownBy(() -> FrontFile.read(run).requireOf(List.of("birds"), List.of("birds")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("make the run again");
    }

    /** The slider by keys, predictions between the grid's points, a measurement, an export and its refusal. */
    @Test
    void aBrowserPredictsMeasuresAndExports() throws Exception {
        Chromium browser = Chromium.orSkip("the page of amalgam explore");
        Path run = learned("method.eval_grid_m=3");
        JsonNode front = json(Files.readString(run.resolve("front.json")));
        URI address = served(run);
        try (BrowserPage page = browser.open(address, Files.createDirectories(folder.resolve("browser")))) {
            page.await("document.querySelectorAll('#scores tbody tr').length === 2");
            assertThat(page.evaluate("document.querySelector('h1').textContent"))
                    .isEqualTo("Pareto set of birds, digits");
            assertThat(predicted(page)).containsExactly(percent(front, 1, 1, 1), percentDigits(front, 1, 1, 1));

            // 25 steps of 0.01 to the left: half way between two points of the grid.
            page.evaluate("document.getElementById('weight-0').focus()");
            for (int i = 0; i < 25; i++) {
                page.press("ArrowLeft", 37);
            }
            assertThat(page.evaluate("document.getElementById('weight-0').value"))
                    .isEqualTo("0.25");
            assertThat(predicted(page)).containsExactly(percent(front, 0, 1, 2), percentDigits(front, 0, 1, 2));
            assertThat(page.evaluate("document.querySelector('.measured').textContent"))
                    .isEqualTo("–");

            page.evaluate("document.getElementById('measure').click()");
            page.await("document.getElementById('status').textContent === 'Measured.'");
            assertThat(page.evaluate("document.querySelector('.measured').textContent"))
                    .matches("\\d+\\.\\d");
            assertThat(page.evaluate("document.getElementById('measure').disabled"))
                    .isEqualTo("true");

            Path merged = area.path("merged");
            page.evaluate("document.getElementById('folder').value = '" + merged
                    + "'; document.getElementById('folder').dispatchEvent(new Event('input'));"
                    + " document.getElementById('save').click()");
            page.await("document.getElementById('exported').textContent.startsWith('Written to')");
            assertThat(merged.resolve("model.safetensors")).exists();
            assertThat(page.complaints()).isEmpty();

            page.evaluate("document.getElementById('save').click()");
            page.await("document.getElementById('exported').className === 'error'");
            assertThat(page.evaluate("document.getElementById('exported').textContent"))
                    .contains(merged.toString())
                    .contains("exist");
        }
    }

    private static List<String> predicted(BrowserPage page) throws InterruptedException {
        return List.of(page.evaluate("[...document.querySelectorAll('.predicted')].map(c => c.textContent).join()")
                .split(","));
    }

    private static String percent(JsonNode front, int a, int b, int of) {
        return mean(front, "accuracy_birds", a, b, of);
    }

    private static String percentDigits(JsonNode front, int a, int b, int of) {
        return mean(front, "accuracy_digits", a, b, of);
    }

    private static String mean(JsonNode front, String column, int a, int b, int of) {
        double from = front.get(a).get(column).asDouble();
        double to = front.get(b).get(column).asDouble();
        return String.format(java.util.Locale.ROOT, "%.1f", 100 * (of == 1 ? from : (from + to) / 2));
    }
}
