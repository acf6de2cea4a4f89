package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.checkpoint.HostTensor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * One case of the index: inputs by name, settings, and the reference's results. It remembers which results were compared, so
 * that a check cannot pass by leaving one out. All names, shapes and numbers come from the index, none from the test.
 */
public final class GoldenCase {

    private final GoldenIndex index;
    private final JsonNode node;
    private final Map<String, JsonNode> inputs;
    private final Map<String, JsonNode> expected;
    private final Set<String> compared = new LinkedHashSet<>();

    GoldenCase(GoldenIndex index, JsonNode node, Map<String, JsonNode> inputs) {
        this.index = index;
        this.node = node;
        this.inputs = inputs;
        this.expected = fields(node.path("expected"));
    }

    public String id() {
        return node.path("id").asText();
    }

    public String group() {
        return node.path("group").asText();
    }

    public JsonNode settings() {
        return node.path("settings");
    }

    public JsonNode notes() {
        return node.path("notes");
    }

    /** Names of the inputs in the index's order, those of a referenced case among them. */
    public List<String> inputs() {
        return List.copyOf(inputs.keySet());
    }

    public boolean hasInput(String name) {
        return inputs.containsKey(name);
    }

    /** Whether the input of that name is a single tensor. */
    public boolean isTensor(String name) {
        return input(name).has("tensor");
    }

    /** Whether the input of that name is a state dict. */
    public boolean isState(String name) {
        return input(name).has("state_prefix");
    }

    /** Names of the expected results in the index's order. */
    public List<String> expected() {
        return List.copyOf(expected.keySet());
    }

    /** The keys of an expected state dict or digest, in the index's order. */
    public List<String> expectedKeys(String name) {
        return texts(expectation(name).path("keys"));
    }

    /** An input tensor. */
    public HostTensor tensor(String name) {
        return index.tensor(input(name));
    }

    /** An input state dict: keys without their prefix, in the index's order. */
    public Map<String, HostTensor> state(String name) {
        return index.state(input(name));
    }

    /** The folder of an input model. */
    public Path folder(String name) {
        JsonNode folder = input(name).path("hf_directory");
        if (!folder.isTextual()) {
            return fail("case %s: input %s is no hf_directory", id(), name);
        }
        return path(folder.asText());
    }

    /** A file or folder that the settings name relative to the index, such as an image or {@code family}. */
    public Path path(String relative) {
        return index.path(relative);
    }

    /** Compares a tensor with the expected one of that name. */
    public void expect(String name, HostTensor got) {
        JsonNode entry = expectation(name);
        if (!entry.has("tensor") || isDigest(entry)) {
            fail("case %s: expected %s is a state dict; compare it with expectState", id(), name);
        }
        tolerance(entry).compare(label(name), got, index.tensor(entry));
        compared.add(name);
    }

    /** Compares a state dict, key by key or by its digest; the keys must be those of the reference, no more and no fewer. */
    public void expectState(String name, Map<String, HostTensor> got) {
        JsonNode entry = expectation(name);
        if (isDigest(entry)) {
            List<String> keys = texts(entry.path("keys"));
            assertThat(got.keySet()).as("keys of %s", label(name)).containsExactlyInAnyOrderElementsOf(keys);
            tolerance(entry).compare(label(name) + " (digest)", Digest.table(got, keys), index.tensor(entry));
        } else {
            Map<String, HostTensor> reference = index.state(entry);
            assertThat(got.keySet())
                    .as("keys of %s", label(name))
                    .containsExactlyInAnyOrderElementsOf(reference.keySet());
            Tolerance tolerance = tolerance(entry);
            reference.forEach((key, tensor) -> tolerance.compare(label(name) + " " + key, got.get(key), tensor));
        }
        compared.add(name);
    }

    /** Fails if an expected result was never compared. */
    void requireAllCompared() {
        List<String> left = new ArrayList<>(expected.keySet());
        left.removeAll(compared);
        if (!left.isEmpty()) {
            fail("case %s: expected %s was never compared", id(), String.join(", ", left));
        }
    }

    private Tolerance tolerance(JsonNode entry) {
        return Tolerance.of(entry, Optional.ofNullable(entry.get("mask")).map(index::tensor));
    }

    private JsonNode input(String name) {
        JsonNode entry = inputs.get(name);
        return entry == null ? fail("case %s has no input %s, it has %s", id(), name, inputs.keySet()) : entry;
    }

    private JsonNode expectation(String name) {
        JsonNode entry = expected.get(name);
        return entry == null ? fail("case %s expects no %s, it expects %s", id(), name, expected.keySet()) : entry;
    }

    private String label(String name) {
        return "case " + id() + ": " + name;
    }

    private static boolean isDigest(JsonNode entry) {
        return entry.path("kind").asText().equals("digest");
    }

    static Map<String, JsonNode> fields(JsonNode object) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        return fields;
    }

    static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
