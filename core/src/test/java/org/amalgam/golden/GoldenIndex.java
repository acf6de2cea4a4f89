package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.SafetensorsFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** A folder of golden values: {@code index.json} and the files that it names. */
public final class GoldenIndex {

    private final Path folder;
    private final Map<String, JsonNode> nodes = new LinkedHashMap<>();
    private final Map<Path, SafetensorsFile> opened = new TreeMap<>();

    private GoldenIndex(Path folder) {
        this.folder = folder;
    }

    /**
     * The folder that the system property {@code golden.dir} names, or else the copy in the test resources. Maven runs the tests
     * in the module's folder, so a relative name is also looked for in the folder above, where Maven itself was started.
     */
    public static GoldenIndex load() {
        String chosen = System.getProperty("golden.dir", "");
        if (chosen.isEmpty()) {
            return of(embedded());
        }
        Path here = Path.of(chosen);
        return of(Files.isDirectory(here) ? here : Path.of("..").resolve(chosen));
    }

    /** The index of a folder. */
    public static GoldenIndex of(Path folder) {
        GoldenIndex index = new GoldenIndex(folder);
        for (JsonNode node : index.read().path("cases")) {
            JsonNode twice = index.nodes.put(node.path("id").asText(), node);
            if (twice != null) {
                throw new IllegalArgumentException(folder + ": two cases are named " + twice.path("id"));
            }
        }
        if (index.nodes.isEmpty()) {
            throw new IllegalArgumentException(folder + ": index.json lists no case");
        }
        return index;
    }

    /** The cases by group, fresh ones at every call. Cases that only lend their inputs to others are not among them. */
    public Map<String, List<GoldenCase>> groups() {
        Set<String> lenders = new HashSet<>();
        for (JsonNode node : nodes.values()) {
            node.path("inputs").forEach(input -> lenders.add(input.path("case").asText()));
        }
        Map<String, List<GoldenCase>> groups = new LinkedHashMap<>();
        nodes.forEach((id, node) -> {
            if (!node.path("expected").isEmpty() || !lenders.contains(id)) {
                groups.computeIfAbsent(node.path("group").asText(), group -> new ArrayList<>())
                        .add(golden(id));
            }
        });
        return groups;
    }

    /** The case of that identifier. */
    public GoldenCase golden(String id) {
        return new GoldenCase(this, Objects.requireNonNull(nodes.get(id), id), inputs(id, new HashSet<>()));
    }

    Path path(String relative) {
        return folder.resolve(relative);
    }

    HostTensor tensor(JsonNode entry) {
        return open(entry).tensor(entry.path("tensor").asText());
    }

    Map<String, HostTensor> state(JsonNode entry) {
        SafetensorsFile file = open(entry);
        String prefix = entry.path("state_prefix").asText();
        if (prefix.isEmpty()) {
            throw new IllegalArgumentException("no state dict: " + entry);
        }
        Map<String, HostTensor> state = new LinkedHashMap<>();
        for (String key : GoldenCase.texts(entry.path("keys"))) {
            state.put(key, file.tensor(prefix + key));
        }
        file.slots().forEach((name, slot) -> {
            if (name.startsWith(prefix)) {
                state.computeIfAbsent(name.substring(prefix.length()), key -> slot.tensor());
            }
        });
        return state;
    }

    private synchronized SafetensorsFile open(JsonNode entry) {
        return opened.computeIfAbsent(path(entry.path("file").asText()), Safetensors::open);
    }

    private Map<String, JsonNode> inputs(String id, Set<String> visited) {
        Map<String, JsonNode> inputs = new LinkedHashMap<>();
        if (!visited.add(id)) {
            return inputs;
        }
        JsonNode node = Objects.requireNonNull(
                nodes.get(id), () -> "a case takes its inputs from " + id + ", which is not listed");
        GoldenCase.fields(node.path("inputs")).forEach((name, entry) -> {
            if (entry.has("case")) {
                inputs(entry.path("case").asText(), visited).forEach(inputs::putIfAbsent);
            } else {
                inputs.put(name, entry);
            }
        });
        return inputs;
    }

    private JsonNode read() {
        try {
            return new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("index.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path embedded() {
        try {
            return Path.of(Objects.requireNonNull(GoldenIndex.class.getResource("/golden/index.json"))
                            .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
