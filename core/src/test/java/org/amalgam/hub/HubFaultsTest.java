package org.amalgam.hub;

import org.amalgam.AmalgamException;
import org.amalgam.fixtures.LoopbackHub;
import org.amalgam.fixtures.LoopbackHub.Fault;
import org.amalgam.fixtures.LoopbackHub.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A hub that fails, a storage that cuts, and bytes that are not what they are said to be. */
class HubFaultsTest {

    private static final byte[] CONFIG = HubModelTest.text("{}");
    private static final byte[] WEIGHTS = HubModelTest.weights(1);
    private static final String ETAG = LoopbackHub.etag(WEIGHTS);

    @TempDir
    Path cache;

    private final LoopbackHub hub = new LoopbackHub();
    private Visitor visitor;

    @BeforeEach
    void publish() {
        hub.model("org/clip").commit("main", Map.of("config.json", CONFIG, "model.safetensors", WEIGHTS));
        visitor = Visitor.of(hub, cache);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private static boolean ofStorage(Request request) {
        return request.toStorage();
    }

    private static boolean ofDescription(Request request) {
        return request.path().startsWith("/api/");
    }

    private List<String> ranges() {
        return hub.requests(HubFaultsTest::ofStorage).stream()
                .map(request -> request.headers().getOrDefault("Range", "all"))
                .toList();
    }

    private void arrives() {
        assertThat(visitor.model("org/clip").resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    private void refuses(String... parts) throws IOException {
        assertThatThrownBy(() -> visitor.model("org/clip"))
                .isInstanceOf(AmalgamException.class)
                .message()
                .contains(parts)
                .doesNotContain("\n", Visitor.SECRET);
        assertThat(HubModelTest.tree(cache)).noneMatch(file -> file.contains("snapshots"));
    }

    private Path partial() {
        return cache.resolve("models--org--clip/blobs/" + ETAG + ".amalgam.incomplete");
    }

    @Test
    void aCutConnectionIsGoneOnWith() {
        hub.fail(HubFaultsTest::ofStorage, Fault.cut(WEIGHTS, 1200), Fault.status(503));

        arrives();
        assertThat(ranges()).containsExactly("all", "bytes=1200-", "bytes=1200-");
        assertThat(partial()).doesNotExist();
    }

    @Test
    void whatCameBeforeTheProcessEndedIsGoneOnWith() throws IOException {
        hub.fail(
                HubFaultsTest::ofStorage,
                Fault.cut(WEIGHTS, 2000),
                Fault.status(502),
                Fault.status(502),
                Fault.status(502),
                Fault.status(502));
        refuses("the model org/clip cannot be fetched", "502", "what has come is kept, run it again to go on");
        assertThat(partial()).hasBinaryContent(Arrays.copyOf(WEIGHTS, 2000));

        arrives();
        assertThat(ranges()).endsWith("bytes=2000-");
    }

    @Test
    void whatPythonBeganIsGoneOnWithAndLeftToIt() throws IOException {
        Path python = cache.resolve("models--org--clip/blobs/" + ETAG + ".incomplete");
        Files.createDirectories(python.getParent());
        Files.write(python, Arrays.copyOf(WEIGHTS, 3000));

        arrives();
        assertThat(ranges()).containsExactly("bytes=3000-");
        assertThat(python).hasBinaryContent(Arrays.copyOf(WEIGHTS, 3000));
    }

    @Test
    void aStorageThatKnowsNoRangesSendsAllAgain() throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), new byte[3000]);
        hub.fail(HubFaultsTest::ofStorage, Fault.body(WEIGHTS));

        arrives();
    }

    @Test
    void aBeginningOfSomethingElseIsFoundOutAndFetchedAnew() throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), new byte[3000]);

        arrives();
        assertThat(ranges()).containsExactly("bytes=3000-", "all");
    }

    @Test
    void aBeginningLongerThanTheFileIsThrownAway() throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), new byte[WEIGHTS.length + 1]);

        arrives();
        assertThat(ranges()).containsExactly("all");
    }

    @Test
    void theRestOfAnotherPlaceIsNotTaken() throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), Arrays.copyOf(WEIGHTS, 3000));
        hub.fail(HubFaultsTest::ofStorage, exchange -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-1999/5000");
            exchange.sendResponseHeaders(206, 2000);
            exchange.getResponseBody().write(WEIGHTS, 0, 2000);
            return true;
        });

        arrives();
    }

    @ParameterizedTest
    @ValueSource(ints = {4999, 5001})
    void aLengthOtherThanTheAnnouncedIsRefused(int length) throws IOException {
        hub.fail(HubFaultsTest::ofStorage, Fault.body(Arrays.copyOf(WEIGHTS, length)));

        refuses("model.safetensors has 5000 bytes as the hub announced it, and " + length + " as it is served");
    }

    @Test
    void aStreamWithoutALengthIsNotReadBeyondTheAnnounced() throws IOException {
        hub.fail(HubFaultsTest::ofStorage, exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[100_000]);
            return true;
        });

        refuses("model.safetensors", "sends more than the 5000 bytes that the hub announced");
        assertThat(Files.size(partial())).isZero();
    }

    @Test
    void otherBytesThanTheChecksumSaysAreRefusedAndNotKept() throws IOException {
        byte[] other = WEIGHTS.clone();
        other[4321] ^= 1;
        hub.fail(HubFaultsTest::ofStorage, Fault.body(other), Fault.body(other));

        refuses("org/clip: model.safetensors as it was served is not what its checksum " + ETAG + " says, twice");
        assertThat(HubModelTest.tree(cache)).noneMatch(file -> file.contains("blobs/" + ETAG));
    }

    @Test
    void otherBytesOnceAreTheConnectionsFault() {
        byte[] other = WEIGHTS.clone();
        other[0] ^= 1;
        hub.fail(HubFaultsTest::ofStorage, Fault.body(other));

        arrives();
    }

    @Test
    void smallFilesAreCheckedToo() throws IOException {
        byte[] other = HubModelTest.text("[]");
        hub.fail(
                request -> request.path().endsWith("/config.json")
                        && request.method().equals("GET"),
                Fault.body(other),
                Fault.body(other));

        refuses("config.json as it was served is not what its checksum " + LoopbackHub.etag(CONFIG) + " says");
    }

    @Test
    void aSilentStorageCountsAsCut() {
        hub.fail(HubFaultsTest::ofStorage, exchange -> {
            exchange.sendResponseHeaders(200, WEIGHTS.length);
            exchange.getResponseBody().write(WEIGHTS, 0, 100);
            exchange.getResponseBody().flush();
            sleep();
            return true;
        });

        arrives();
        assertThat(ranges()).containsExactly("all", "bytes=100-");
    }

    /** The time that a request may take ends with the headers of its answer. */
    @Test
    void aHubThatFallsSilentCountsAsCut() {
        CountDownLatch arrived = new CountDownLatch(1);
        AtomicBoolean waitedOut = new AtomicBoolean();
        hub.fail(HubFaultsTest::ofDescription, exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            try {
                waitedOut.set(!arrived.await(20, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        });

        arrives();
        assertThat(waitedOut).isFalse();
        arrived.countDown();
    }

    private static void sleep() {
        try {
            Thread.sleep(3000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aBusyHubIsAskedAgainWithLongerPauses() {
        hub.fail(HubFaultsTest::ofDescription, Fault.status(500), Fault.status(503), Fault.status(504));

        arrives();
        assertThat(visitor.pauses())
                .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(visitor.told()).isEmpty();
    }

    @Test
    void aHubThatNamesAPauseGetsIt() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(90));
        hub.fail(
                HubFaultsTest::ofDescription,
                Fault.status(429, "Retry-After", "20"),
                Fault.status(429, "Retry-After", date));

        arrives();
        assertThat(visitor.pauses()).hasSize(2).startsWith(Duration.ofSeconds(20));
        assertThat(visitor.pauses().get(1)).isBetween(Duration.ofSeconds(80), Duration.ofSeconds(90));
        assertThat(visitor.told())
                .element(0)
                .asString()
                .endsWith("asks for fewer requests (429); asking again in 20 s");
    }

    @Test
    void aPauseOfAnHourIsNotWaitedFor() throws IOException {
        hub.fail(HubFaultsTest::ofDescription, Fault.status(429, "Retry-After", "3600"));

        refuses("the model org/clip cannot be fetched", "429");
        assertThat(visitor.pauses()).isEmpty();
    }

    @Test
    void aHubThatStaysBusyIsGivenUp() throws IOException {
        hub.fail(
                HubFaultsTest::ofDescription,
                Fault.status(503),
                Fault.status(503),
                Fault.status(503),
                Fault.status(503));

        refuses("the model org/clip cannot be fetched: " + hub.endpoint() + " answers 503", "check the network");
        assertThat(visitor.pauses()).hasSize(3);
    }

    @Test
    void aBusyHubIsNoReasonToDoWithoutWhatIsThere() {
        arrives();
        hub.fail(
                HubFaultsTest::ofDescription,
                Fault.status(503),
                Fault.status(503),
                Fault.status(503),
                Fault.status(503));

        arrives();
        assertThat(visitor.told())
                .singleElement()
                .asString()
                .contains("answers 503; org/clip is taken as the cache holds it, at commit ");
    }

    @Test
    void anAddressThatIsNoHubIsFoundOut() throws IOException {
        hub.fail(HubFaultsTest::ofDescription, Fault.body(HubModelTest.text("<html>log in first</html>")));
        refuses(hub.endpoint() + " answered something that describes no repository; is HF_ENDPOINT a hub");

        hub.fail(HubFaultsTest::ofDescription, Fault.body(HubModelTest.text("{\"sha\": \"../../x\"}")));
        refuses(hub.endpoint() + " answered something that describes no repository");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../x", "a/b", "..", ""})
    void anETagThatLeadsOutOfTheCacheIsRefused(String etag) throws IOException {
        hub.fail(
                request -> request.method().equals("HEAD"),
                Fault.status(200, "ETag", "\"" + etag + "\"", "Content-Length", "2"));

        refuses("ETag");
    }

    @Test
    void redirectsWithoutEndAreGivenUp() throws IOException {
        hub.fail(
                HubFaultsTest::ofDescription,
                Arrays.stream(new int[20])
                        .mapToObj(i -> Fault.status(302, "Location", "/api/models/org/clip/revision/main"))
                        .toArray(Fault[]::new));

        refuses("leads from redirect to redirect without end");
    }

    @Test
    void aRenamedRepositoryIsFound() {
        hub.fail(
                request -> request.path().contains("org/old"),
                Fault.status(307, "Location", "/api/models/org/clip/revision/main"));

        Path folder;
        hub.fail(
                request -> request.path().startsWith("/org/old"),
                exchange -> redirect(exchange, "config.json"),
                exchange -> redirect(exchange, "model.safetensors"),
                exchange -> redirect(exchange, "config.json"),
                exchange -> redirect(exchange, "model.safetensors"));
        folder = visitor.model("org/old");

        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(cache.resolve("models--org--old/refs/main")).exists();
    }

    private static boolean redirect(com.sun.net.httpserver.HttpExchange exchange, String file) throws IOException {
        String path = exchange.getRequestURI().getPath().replace("org/old", "org/clip");
        assertThat(path).endsWith(file);
        return Fault.status(307, "Location", path).answer(exchange);
    }
}
