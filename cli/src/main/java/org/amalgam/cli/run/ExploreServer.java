package org.amalgam.cli.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.amalgam.AmalgamException;
import org.amalgam.cli.Failures;
import org.amalgam.run.Progress;
import org.amalgam.run.ProgressFactory;
import org.amalgam.run.Workers;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Serves the page on 127.0.0.1 alone. A page from elsewhere that makes the browser ask here is refused: the request must name this
 * host (against DNS rebinding) and, for everything but the page itself, carry the token that only the page was told (against forged
 * requests).
 */
final class ExploreServer implements ProgressFactory, AutoCloseable {

    private record Job(ExploreWork work, CompletableFuture<ObjectNode> answer) {}

    private record Seen(String what, long done, long total) {}

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HOST = "127.0.0.1";
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final String TOKEN = "X-Amalgam-Token";
    private static final int LONGEST_REQUEST = 1 << 16;

    private final HttpServer server;
    private final ExecutorService threads;
    private final ExplorePage page;
    private final String token;
    private final BlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile Seen seen = new Seen("", 0, 0);

    private ExploreServer(HttpServer server, ExecutorService threads, ExplorePage page, String token) {
        this.server = server;
        this.threads = threads;
        this.page = page;
        this.token = token;
    }

    /**
     * Opens the port.
     *
     * @param port 0 for one that is free
     * @throws AmalgamException if it is taken, or no port
     */
    static ExploreServer open(int port, ExplorePage page) {
        if (port < 0 || port > 65_535) {
            throw new AmalgamException("--port: expected a number from 0 to 65535, found " + port);
        }
        try {
            HttpServer server =
                    HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(HOST, LOOPBACK), port), 0);
            // A request waits for its model; those that ask how far it is must not wait behind it.
            ExecutorService threads = Executors.newCachedThreadPool(work -> {
                Thread thread = new Thread(work, "page");
                thread.setDaemon(true);
                return thread;
            });
            byte[] secret = new byte[16];
            new SecureRandom().nextBytes(secret);
            ExploreServer opened =
                    new ExploreServer(server, threads, page, HexFormat.of().formatHex(secret));
            server.setExecutor(threads);
            server.createContext("/", opened::handle);
            server.start();
            return opened;
        } catch (BindException e) {
            throw new AmalgamException(
                    "--port: " + HOST + ":" + port + " is taken; name another, or leave --port out for a free one", e);
        } catch (IOException e) {
            throw new AmalgamException("--port: " + HOST + ":" + port + " cannot be opened: " + e.getMessage(), e);
        }
    }

    URI address() {
        return URI.create("http://" + HOST + ":" + server.getAddress().getPort() + "/");
    }

    /** Does what is asked for until the thread is interrupted. */
    void serve(ExploreWork.Models models) {
        try {
            while (true) {
                Job job = jobs.take();
                try {
                    job.answer().complete(job.work().on(models));
                } catch (Workers.Ending ending) {
                    throw ending;
                } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
                    job.answer().completeExceptionally(e);
                }
            }
        } catch (InterruptedException ended) {
            // Served long enough.
            return;
        }
    }

    /** What is being computed, for those who ask while it is. */
    @Override
    public Progress progress(String what, long total) {
        seen = new Seen(what, 0, total);
        return new Progress() {
            @Override
            public void step(long done, String status) {
                seen = new Seen(what, done, total);
            }

            @Override
            public void close() {}
        };
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String host = exchange.getRequestHeaders().getFirst("Host");
            String port = ":" + server.getAddress().getPort();
            if (host == null || !Set.of(HOST + port, "localhost" + port).contains(host)) {
                refuse(exchange, 403, "this page is served to 127.0.0.1 alone");
                return;
            }
            String asked =
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
            if (asked.equals("GET /")) {
                answer(exchange, 200, "text/html; charset=utf-8", page.text(token));
                return;
            }
            if (!Set.of("GET /state", "POST /measure", "POST /export").contains(asked)) {
                refuse(exchange, 404, "there is no " + asked);
                return;
            }
            if (!trusted(exchange.getRequestHeaders())) {
                refuse(exchange, 403, "the request does not come from the page; load it again");
                return;
            }
            if (asked.equals("GET /state")) {
                Seen now = seen;
                answer(
                        exchange,
                        JSON.createObjectNode()
                                .put("busy", busy.get())
                                .put("what", now.what())
                                .put("done", now.done())
                                .put("total", now.total()));
                return;
            }
            done(exchange, asked.equals("POST /measure"));
        }
    }

    private boolean trusted(Headers headers) {
        String given = headers.getFirst(TOKEN);
        return given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }

    private void done(HttpExchange exchange, boolean measures) throws IOException {
        JsonNode request;
        try {
            request = JSON.readTree(exchange.getRequestBody().readNBytes(LONGEST_REQUEST));
        } catch (JsonProcessingException e) {
            refuse(exchange, 400, "the request is not written as the page writes it; load it again");
            return;
        }
        if (!busy.compareAndSet(false, true)) {
            refuse(exchange, 409, "another model is being measured or written; wait until it is done");
            return;
        }
        try {
            ExploreWork work = measures ? ExploreWork.measuring(request) : ExploreWork.exporting(request);
            seen = new Seen("", 0, 0);
            Job job = new Job(work, new CompletableFuture<>());
            jobs.add(job);
            answer(exchange, job.answer().join());
        } catch (CompletionException e) {
            boolean mendable = e.getCause() instanceof AmalgamException;
            refuse(
                    exchange,
                    mendable ? 400 : 500,
                    mendable ? e.getCause().getMessage() : Failures.sentence(e.getCause()));
        } catch (AmalgamException e) {
            refuse(exchange, 400, e.getMessage());
        } finally {
            busy.set(false);
        }
    }

    private static void answer(HttpExchange exchange, ObjectNode json) throws IOException {
        answer(exchange, 200, "application/json", json.toString());
    }

    private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
        answer(
                exchange,
                status,
                "application/json",
                JSON.createObjectNode().put("error", why).toString());
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:;"
                        + " form-action 'none'; base-uri 'none'; frame-ancestors 'none'");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
