package org.amalgam.hub;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLHandshakeException;

/**
 * Requests over HTTP, redirects followed here and not by the client: the token goes to the hub's own origin alone, and is left out
 * as soon as an answer points elsewhere.
 */
final class Requests {

    private static final int REDIRECTS = 10;
    private static final Duration CONNECTING = Duration.ofSeconds(10);

    /** What a hub says of a file in the redirect that leads to it, and the storage behind it does not repeat. */
    private static final List<String> OF_THE_FILE = List.of("X-Repo-Commit", "X-Linked-Etag", "X-Linked-Size");

    private final HubEnvironment environment;
    private final Duration silence;
    private HttpClient client;
    private volatile boolean answered;

    /** @param silence how long to wait for an answer to begin, and for each next part of it */
    Requests(HubEnvironment environment, Duration silence) {
        this.environment = environment;
        this.silence = silence;
    }

    /** How far to go after redirects. */
    enum Follow {
        /** To the end. */
        ALL,
        /** While they stay with the hub: the first that leads elsewhere is the answer. */
        OWN
    }

    /**
     * One request and the redirects that follow.
     *
     * @throws Unavailable if no connection came about or it ended early; a status is no failure here
     */
    Answer send(String method, URI address, Map<String, String> headers, Follow follow) throws Unavailable {
        Map<String, String> told = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        URI at = address;
        for (int hop = 0; hop <= REDIRECTS; hop++) {
            Answer answer = exchange(method, at, headers, told);
            if (!answer.isRedirect()) {
                return answer;
            }
            URI next = next(answer);
            if (!isOwn(next) && follow == Follow.OWN) {
                return answer;
            }
            answer.close();
            OF_THE_FILE.forEach(name -> answer.header(name).ifPresent(value -> told.put(name, value)));
            at = next;
        }
        throw new AmalgamException(address + " leads from redirect to redirect without end; is HF_ENDPOINT a hub?");
    }

    /** Whether the address is of the hub's own scheme, host and port. */
    boolean isOwn(URI address) {
        URI own = environment.endpoint();
        return own.getScheme().equalsIgnoreCase(address.getScheme())
                && own.getHost().equalsIgnoreCase(address.getHost())
                && port(own) == port(address);
    }

    private static int port(URI address) {
        int usual = address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
        return address.getPort() < 0 ? usual : address.getPort();
    }

    private Answer exchange(String method, URI address, Map<String, String> headers, Map<String, String> told)
            throws Unavailable {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(silence)
                .header("User-Agent", "amalgam")
                // lengths and ranges are meant of the file, not of what a server might make of it
                .header("Accept-Encoding", "identity");
        headers.forEach(request::header);
        if (isOwn(address)) {
            environment.token().ifPresent(token -> request.header("Authorization", token.authorization()));
        }
        try {
            HttpResponse<InputStream> response = client().send(request.build(), BodyHandlers.ofInputStream());
            answered = true;
            Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            all.putAll(told);
            response.headers().map().forEach((name, values) -> all.put(name, values.get(0)));
            return new Answer(response.statusCode(), address, all, new Watched(response.body(), silence));
        } catch (ConnectException | HttpConnectTimeoutException | SSLHandshakeException e) {
            String message = host(address) + " cannot be reached (" + reason(e) + ")";
            // Where nobody ever answered there is no network or no hub: waiting would not help, and the cache may.
            throw answered ? Unavailable.cut(message, e) : Unavailable.unreached(message, e);
        } catch (IOException e) {
            throw Unavailable.cut(host(address) + " did not answer (" + reason(e) + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AmalgamException("interrupted while asking the hub", e);
        }
    }

    private static URI next(Answer answer) {
        String location = answer.header("Location")
                .orElseThrow(() -> new AmalgamException(
                        host(answer.address()) + " redirects without saying where to; is HF_ENDPOINT a hub?"));
        try {
            URI next = answer.address().resolve(location);
            boolean web = Set.of("http", "https")
                    .contains(String.valueOf(next.getScheme()).toLowerCase(Locale.ROOT));
            if (web && next.getHost() != null) {
                return next;
            }
        } catch (IllegalArgumentException noAddress) {
            throw nowhere(answer);
        }
        throw nowhere(answer);
    }

    private static AmalgamException nowhere(Answer answer) {
        return new AmalgamException(host(answer.address())
                + " redirects to something that is no address on the web; is HF_ENDPOINT a hub?");
    }

    /** Without path and query: a storage's address holds a signature. */
    static String host(URI address) {
        return address.getScheme() + "://" + address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
    }

    private static String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.nio.channels.UnresolvedAddressException) {
                return "the host is not known";
            }
            if (cause.getMessage() != null) {
                return cause.getMessage();
            }
        }
        return "no connection";
    }

    private synchronized HttpClient client() {
        if (client == null) {
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(CONNECTING)
                    .build();
        }
        return client;
    }
}
