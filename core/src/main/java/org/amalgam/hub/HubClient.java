package org.amalgam.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The hub's three answers: what a repository holds, what a file is, and its bytes. */
final class HubClient {

    /** Descriptions of the largest repositories take some megabytes. */
    private static final int DESCRIPTION_BYTES = 64 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HubEnvironment environment;
    private final Patience patience;
    private final Consumer<String> notice;
    private final Requests requests;
    private final Refusals refusals;

    HubClient(HubEnvironment environment, Patience patience, Consumer<String> notice) {
        this.environment = environment;
        this.patience = patience;
        this.notice = notice;
        this.requests = new Requests(environment, patience.silence());
        this.refusals = new Refusals(environment);
    }

    /** The files of a repository's revision, and the commit that it stands for now. */
    Listing listing(Repository repository, String revision) throws Unavailable {
        return patience.during(notice, () -> {
            try (Answer answer = ask(
                    "GET",
                    new Request(repository, revision, Optional.empty()),
                    Map.of("Accept", "application/json"),
                    Requests.Follow.ALL)) {
                return listing(repository, revision, read(answer));
            }
        });
    }

    /** What the file's content is, without the content. */
    ServedFile describe(Listing listing, String file) throws Unavailable {
        return patience.during(notice, () -> {
            try (Answer answer = ask("HEAD", request(listing, file), Map.of(), Requests.Follow.OWN)) {
                return served(answer, listing, file);
            }
        });
    }

    /**
     * The file's bytes, once: what fails is tried again by who knows how far it came.
     *
     * @param from bytes to leave out at the beginning
     * @return an answer of status 200 (all bytes), 206 (those asked for) or 416 (there are no such bytes)
     */
    Answer content(Listing listing, String file, long from) throws Unavailable {
        Map<String, String> range = from > 0 ? Map.of("Range", "bytes=" + from + "-") : Map.of();
        return ask("GET", request(listing, file), range, Requests.Follow.ALL);
    }

    Patience.Tries newTries() {
        return patience.new Tries(notice);
    }

    private record Request(Repository repository, String revision, Optional<String> file) {}

    private static Request request(Listing listing, String file) {
        return new Request(listing.repository(), listing.commit(), Optional.of(file));
    }

    /** An answer that can be used: every refusal is thrown. */
    private Answer ask(String method, Request request, Map<String, String> headers, Requests.Follow follow)
            throws Unavailable {
        Repository repository = request.repository();
        URI address = request.file()
                .map(file -> repository.file(environment.endpoint(), request.revision(), file))
                .orElseGet(() -> repository.description(environment.endpoint(), request.revision()));
        Answer answer = requests.send(method, address, headers, follow);
        if (answer.status() < 400 || answer.status() == 416) {
            return answer;
        }
        answer.close();
        if (!requests.isOwn(answer.address())) {
            // A storage's address is signed for some minutes; the next try gets a new one from the hub.
            throw Unavailable.cut(Requests.host(answer.address()) + " answers " + answer.status(), null);
        }
        if (Refusals.isPassing(answer.status())) {
            throw refusals.passing(answer);
        }
        throw refusals.of(answer, repository, request.revision(), request.file());
    }

    private JsonNode read(Answer answer) throws Unavailable {
        byte[] bytes;
        try {
            bytes = answer.body().readNBytes(DESCRIPTION_BYTES);
        } catch (IOException e) {
            throw Unavailable.cut(Requests.host(answer.address()) + " broke off", e);
        }
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            throw noHub(e);
        }
    }

    private Listing listing(Repository repository, String revision, JsonNode description) {
        String commit = description.path("sha").asText();
        if (!HubCache.isCommit(commit)) {
            throw noHub(null);
        }
        List<String> files = new ArrayList<>();
        description.path("siblings").forEach(file -> {
            String name = file.path("rfilename").asText();
            if (!HubCache.isRelative(name)) {
                throw new AmalgamException("the " + repository.kind() + " " + repository + " lists a file \""
                        + name.replaceAll("\\p{Cntrl}", "?")
                        + "\", whose name leads out of its folder; nothing of it was fetched");
            }
            files.add(name);
        });
        return new Listing(repository, revision, commit, files, false);
    }

    private static ServedFile served(Answer answer, Listing listing, String file) {
        String etag = answer.header("X-Linked-Etag")
                .or(() -> answer.header("ETag"))
                .map(text -> text.replaceFirst("^W/", "").replaceAll("^\"|\"$", ""))
                .orElse("");
        if (!etag.matches("[A-Za-z0-9_][A-Za-z0-9_.+=-]{0,127}") || etag.contains("..")) {
            throw new AmalgamException(listing.repository() + ": " + file + " was served "
                    + (etag.isEmpty() ? "without an ETag" : "with an ETag that cannot name a file")
                    + ", by which it is known in the cache; is HF_ENDPOINT a hub?");
        }
        String commit = answer.header("X-Repo-Commit").orElse(listing.commit());
        if (!commit.equals(listing.commit())) {
            throw new AmalgamException(listing.repository() + ": " + file + " was served of the commit "
                    + commit.replaceAll("\\P{Alnum}", "?") + " instead of " + listing.commit() + "; run it again");
        }
        // The length of a redirect is that of its own few words.
        long size = answer.number("X-Linked-Size")
                .orElseGet(() -> answer.isRedirect()
                        ? -1
                        : answer.number("Content-Length").orElse(-1));
        if (size < 0) {
            throw new AmalgamException(
                    listing.repository() + ": " + file + " was served without its size; is HF_ENDPOINT a hub?");
        }
        return new ServedFile(file, etag, size);
    }

    private AmalgamException noHub(Throwable cause) {
        return new AmalgamException(
                environment.endpoint()
                        + " answered something that describes no repository; is HF_ENDPOINT a hub, and the network open?",
                cause);
    }
}
