package org.amalgam.hub;

import org.amalgam.fixtures.LoopbackHub;
import org.amalgam.run.ProgressFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Someone with a cache who asks a hub: does not wait, but notes how long it was to wait and what it was told. */
record Visitor(
        URI endpoint, Path cache, Optional<Token> token, boolean offline, List<Duration> pauses, List<String> told) {

    /** A token that must appear in no message. */
    static final String SECRET = "hf_secretOfTheVisitor";

    static Visitor of(LoopbackHub hub, Path cache) {
        return new Visitor(hub.endpoint(), cache, Optional.empty(), false, new ArrayList<>(), new ArrayList<>());
    }

    Visitor withToken() {
        return new Visitor(endpoint, cache, Optional.of(Token.of(SECRET, "the test")), offline, pauses, told);
    }

    Visitor offlineNow() {
        return new Visitor(endpoint, cache, token, true, pauses, told);
    }

    /** Someone with the same cache where nobody answers, told of nothing yet. */
    Visitor withoutNetwork() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            URI nobody = URI.create("http://127.0.0.1:" + free.getLocalPort());
            return new Visitor(nobody, cache, Optional.empty(), false, new ArrayList<>(), new ArrayList<>());
        }
    }

    Hub hub() {
        return hub(ProgressFactory.NONE, Linking.USUAL);
    }

    Hub hub(ProgressFactory progress, Linking linking) {
        Patience patience = new Patience(
                4,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofMinutes(6),
                Duration.ofMillis(400),
                pauses::add);
        return new Hub(new HubEnvironment(endpoint, cache, token, offline), progress, told::add, patience, linking);
    }

    Path model(String reference) {
        return hub().model(HubReference.of(reference).orElseThrow());
    }

    List<Path> dataset(String reference, String configuration, String split) {
        return hub().dataset(HubReference.of(reference).orElseThrow(), configuration, split);
    }
}
