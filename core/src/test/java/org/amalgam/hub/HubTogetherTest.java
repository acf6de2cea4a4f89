package org.amalgam.hub;

import org.amalgam.fixtures.LoopbackHub;
import org.amalgam.fixtures.LoopbackHub.Request;
import org.amalgam.run.ProgressFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** Several threads and several processes on one cache fetch each content once. */
class HubTogetherTest {

    private static final byte[] WEIGHTS = HubModelTest.weights(1);

    @TempDir
    Path cache;

    private final LoopbackHub hub = new LoopbackHub();

    @BeforeEach
    void publishSlowly() {
        hub.model("org/clip")
                .commit("main", Map.of("config.json", HubModelTest.text("{}"), "model.safetensors", WEIGHTS));
        // long enough for the others to arrive
        hub.fail(Request::toStorage, exchange -> {
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return false;
        });
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void threads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Path> fetch = () -> Visitor.of(hub, cache).model("org/clip");
            List<Path> folders = new ArrayList<>();
            for (Future<Path> folder : threads.invokeAll(List.of(fetch, fetch, fetch, fetch))) {
                folders.add(folder.get());
            }

            assertThat(folders).hasSize(4).containsOnly(folders.get(0));
            assertThat(folders.get(0).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
            assertThat(hub.requests(Request::toStorage)).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void processes() throws Exception {
        List<Process> processes = List.of(start(), start(), start());

        for (Process process : processes) {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        assertThat(Visitor.of(hub, cache).offlineNow().model("org/clip").resolve("model.safetensors"))
                .hasBinaryContent(WEIGHTS);
        assertThat(hub.requests(request -> request.path().startsWith("/api/"))).hasSize(3);
        assertThat(hub.requests(Request::toStorage)).hasSize(1);
    }

    private Process start() throws Exception {
        ProcessBuilder process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Fetching.class.getName());
        process.environment().put("HF_ENDPOINT", hub.endpoint().toString());
        process.environment().put("HF_HUB_CACHE", cache.toString());
        process.environment().remove("HF_HUB_OFFLINE");
        return process.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Fetches the model as its environment says. */
    static final class Fetching {

        private Fetching() {}

        public static void main(String[] arguments) {
            new Hub(HubEnvironment.ofThisProcess(), ProgressFactory.NONE, notice -> {})
                    .model(HubReference.of("org/clip").orElseThrow());
        }
    }
}
