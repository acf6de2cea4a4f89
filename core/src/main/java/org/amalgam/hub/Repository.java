package org.amalgam.hub;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A repository of the hub and its addresses. */
record Repository(Kind kind, String name) {

    /** What is in a repository decides where it lies. */
    enum Kind {
        MODEL("model", "models", ""),
        DATASET("data set", "datasets", "datasets/");

        private final String word;
        private final String plural;
        private final String prefix;

        Kind(String word, String plural, String prefix) {
            this.word = word;
            this.plural = plural;
            this.prefix = prefix;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** {@code models--org--name}. */
    String folder() {
        return kind.plural + "--" + name.replace("/", "--");
    }

    /** Where the hub describes the revision: its commit and its files. */
    URI description(URI endpoint, String revision) {
        return URI.create(endpoint + "/api/" + kind.plural + "/" + name + "/revision/" + encoded(revision));
    }

    /** Where the hub hands the file out. */
    URI file(URI endpoint, String revision, String file) {
        String path =
                Arrays.stream(file.split("/", -1)).map(Repository::encoded).collect(Collectors.joining("/"));
        return URI.create(endpoint + "/" + kind.prefix + name + "/resolve/" + encoded(revision) + "/" + path);
    }

    /** Where people read about it. */
    URI page(URI endpoint) {
        return URI.create(endpoint + "/" + kind.prefix + name);
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%7E", "~");
    }

    @Override
    public String toString() {
        return name;
    }
}
