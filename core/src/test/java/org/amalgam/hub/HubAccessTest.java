package org.amalgam.hub;

import org.amalgam.AmalgamException;
import org.amalgam.fixtures.LoopbackHub;
import org.amalgam.fixtures.LoopbackHub.Fault;
import org.amalgam.fixtures.LoopbackHub.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Who may read what, where the token goes, and what is said where there is no hub. */
class HubAccessTest {

    private static final byte[] CONFIG = HubModelTest.text("{}");
    private static final byte[] WEIGHTS = HubModelTest.weights(1);
    private static final Map<String, byte[]> FILES = Map.of("config.json", CONFIG, "model.safetensors", WEIGHTS);

    @TempDir
    Path cache;

    private final LoopbackHub hub = new LoopbackHub();
    private Visitor visitor;

    @BeforeEach
    void publish() {
        hub.model("org/clip").commit("main", FILES);
        visitor = Visitor.of(hub, cache);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private static void refuses(Visitor visitor, String reference, String sentence) {
        assertThatThrownBy(() -> visitor.model(reference))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(sentence)
                .message()
                .doesNotContain("\n", Visitor.SECRET);
    }

    @Test
    void theTokenGoesToTheHubAndNotToTheStorage() throws IOException {
        hub.model("org/clip").requireToken(Visitor.SECRET);

        assertThat(visitor.withToken().model("org/clip").resolve("model.safetensors"))
                .hasBinaryContent(WEIGHTS);
        assertThat(hub.requests(Request::toStorage)).isNotEmpty().noneMatch(request -> request.headers()
                .containsKey("Authorization"));
        assertThat(hub.requests(request -> !request.toStorage())).allMatch(request -> ("Bearer " + Visitor.SECRET)
                .equals(request.headers().get("Authorization")));
        for (String file : HubModelTest.tree(cache)) {
            assertThat(new String(
                            HubModelTest.bytes(cache.resolve(file)), java.nio.charset.StandardCharsets.ISO_8859_1))
                    .doesNotContain(Visitor.SECRET);
        }
    }

    @Test
    void aDescriptionFromAnotherHostIsAskedForWithoutTheToken() {
        try (LoopbackHub other = new LoopbackHub()) {
            other.model("org/clip").commit("main", FILES);
            hub.fail(
                    request -> request.path().startsWith("/api/"),
                    Fault.status(302, "Location", other.endpoint() + "/api/models/org/clip/revision/main"));

            visitor.withToken().model("org/clip");

            assertThat(other.requests()).isNotEmpty().noneMatch(request -> request.headers()
                    .containsKey("Authorization"));
        }
    }

    @Test
    void aRepositoryThatIsNotThereOrPrivate() {
        refuses(
                visitor,
                "org/nowhere",
                "the hub " + hub.endpoint()
                        + " has no model org/nowhere that everyone may read (401); check the name, and"
                        + " for a private one give a token in HF_TOKEN");
        refuses(visitor.withToken(), "org/nowhere", "has no model org/nowhere that this token may read (401)");
    }

    @Test
    void aTokenThatIsNotAccepted() {
        hub.fail(request -> true, Fault.status(401, "X-Error-Message", "Invalid credentials in Authorization header"));

        refuses(visitor.withToken(), "org/clip", "does not accept the token (401); give a valid one in HF_TOKEN");
    }

    @Test
    void aForbiddenRepositoryInTheHubsWordsWithoutTheToken() {
        hub.fail(request -> true, Fault.status(403, "X-Error-Message", "Bearer " + Visitor.SECRET + " may not"));

        refuses(
                visitor.withToken(),
                "org/clip",
                "the hub forbids access to the model org/clip (403: Bearer *** may not); the token needs the right to read it");
    }

    @Test
    void aGatedRepository() throws IOException {
        hub.model("org/clip").gate();
        String page = "the model org/clip is gated: ask for access at " + hub.endpoint() + "/org/clip and ";

        refuses(visitor, "org/clip", page + "give a token of that account in HF_TOKEN");
        refuses(visitor.withToken(), "org/clip", page + "use a token of the account that has it");
        assertThat(HubModelTest.tree(cache)).isEmpty();
    }

    @Test
    void aRevisionThatIsNotThere() {
        refuses(visitor, "org/clip@v9", "the model org/clip has no revision v9; name a branch, a tag or a commit");
    }

    @Test
    void aFileThatIsNotThere() {
        hub.fail(request -> request.method().equals("HEAD"), Fault.status(404, "X-Error-Code", "EntryNotFound"));

        refuses(visitor, "org/clip", "the model org/clip has no file config.json at revision ");
    }

    @Test
    void anyOtherRefusal() {
        hub.fail(request -> true, Fault.status(451, "X-Error-Message", "for legal reasons"));

        refuses(visitor, "org/clip", "refuses the model org/clip (451: for legal reasons)");
    }

    @Test
    void withoutNetworkAndWithoutACache() throws IOException {
        Visitor alone = visitor.withoutNetwork();

        refuses(
                alone,
                "org/clip",
                "the model org/clip cannot be fetched: " + alone.endpoint() + " cannot be reached (");
        refuses(
                alone,
                "org/clip",
                "), and the cache " + cache + " does not hold it; check the network and HF_ENDPOINT");
        assertThat(alone.pauses()).as("nobody waits for a network").isEmpty();
    }

    @Test
    void withoutNetworkTheCacheDoes() throws IOException {
        Path fetched = visitor.model("org/clip");
        Visitor alone = visitor.withoutNetwork();

        assertThat(alone.model("org/clip")).isEqualTo(fetched);
        assertThat(alone.told())
                .singleElement()
                .asString()
                .contains(
                        "cannot be reached",
                        "org/clip is taken as the cache holds it, at commit " + fetched.getFileName());
    }

    @Test
    void offlineNothingIsAsked() {
        Path fetched = visitor.model("org/clip");
        int requests = hub.requests().size();

        assertThat(visitor.offlineNow().model("org/clip")).isEqualTo(fetched);
        assertThat(visitor.offlineNow().model("org/clip@" + fetched.getFileName()))
                .isEqualTo(fetched);
        refuses(visitor.offlineNow(), "org/other", "the model org/other at main is not in the cache");
        refuses(visitor.offlineNow(), "org/clip@v1", "HF_HUB_OFFLINE forbids to fetch it");
        assertThat(hub.requests()).hasSize(requests);
        assertThat(visitor.told()).isEmpty();
    }

    @Test
    void offlineAModelWithoutItsWeightsIsNoModel() throws IOException {
        Path fetched = visitor.model("org/clip");
        Files.delete(fetched.resolve("model.safetensors"));

        refuses(visitor.offlineNow(), "org/clip", "the cache holds no weights of the model org/clip at main");
    }
}
