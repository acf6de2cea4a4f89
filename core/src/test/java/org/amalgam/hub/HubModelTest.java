package org.amalgam.hub;

import org.amalgam.AmalgamException;
import org.amalgam.fixtures.LoopbackHub;
import org.amalgam.run.Progress;
import org.amalgam.run.ProgressFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A model's repository becomes a folder in the cache, in the layout of huggingface_hub. */
class HubModelTest {

    private static final byte[] CONFIG = text("{\"model_type\": \"clip\"}");

    @TempDir
    Path cache;

    private final LoopbackHub hub = new LoopbackHub();

    @AfterEach
    void close() {
        hub.close();
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] weights(int seed) {
        byte[] bytes = new byte[5000];
        new java.util.Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static Map<String, byte[]> files(Object... namesAndContents) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int i = 0; i < namesAndContents.length; i += 2) {
            files.put((String) namesAndContents[i], (byte[]) namesAndContents[i + 1]);
        }
        return files;
    }

    /** Files below the folder, relative. */
    static Set<String> tree(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.filter(file -> !Files.isDirectory(file))
                    .map(file -> folder.relativize(file).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void theCacheHasTheLayoutOfPython() throws IOException {
        byte[] weights = weights(1);
        String commit = hub.model("org/clip")
                .commit("main", files("config.json", CONFIG, "model.safetensors", weights, "README.md", text("hello")));

        Path folder = Visitor.of(hub, cache).model("org/clip");

        String config = LoopbackHub.etag(CONFIG);
        String large = LoopbackHub.etag(weights);
        assertThat(folder).isEqualTo(cache.resolve("models--org--clip/snapshots/" + commit));
        assertThat(tree(cache))
                .containsExactlyInAnyOrder(
                        ".locks/models--org--clip/" + config + ".lock",
                        ".locks/models--org--clip/" + large + ".lock",
                        "models--org--clip/blobs/" + config,
                        "models--org--clip/blobs/" + large,
                        "models--org--clip/refs/main",
                        "models--org--clip/snapshots/" + commit + "/config.json",
                        "models--org--clip/snapshots/" + commit + "/model.safetensors");
        assertThat(cache.resolve("models--org--clip/refs/main")).hasContent(commit);
        assertThat(Files.readSymbolicLink(folder.resolve("config.json"))).hasToString("../../blobs/" + config);
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void whatIsThereIsNotFetchedAgain() {
        hub.model("org/clip").commit("main", files("config.json", CONFIG, "model.safetensors", weights(1)));
        Visitor visitor = Visitor.of(hub, cache);
        Path first = visitor.model("org/clip");
        int requests = hub.requests().size();

        assertThat(visitor.model("org/clip")).isEqualTo(first);
        assertThat(hub.requests()).hasSize(requests + 1);
    }

    @Test
    void aNewCommitSharesTheContentsThatStayed() {
        byte[] weights = weights(1);
        hub.model("org/clip").commit("main", files("config.json", CONFIG, "model.safetensors", weights));
        Visitor visitor = Visitor.of(hub, cache);
        Path first = visitor.model("org/clip");
        String commit =
                hub.model("org/clip").commit("main", files("config.json", text("{}"), "model.safetensors", weights));

        Path second = visitor.model("org/clip");

        assertThat(second).isNotEqualTo(first).hasFileName(commit);
        assertThat(second.resolve("config.json")).hasContent("{}");
        assertThat(hub.requests(request -> request.toStorage())).hasSize(1);
        assertThat(cache.resolve("models--org--clip/refs/main")).hasContent(commit);
    }

    @Test
    void revisionsLieBesideEachOther() {
        String old = hub.model("org/clip").commit("v1", files("config.json", CONFIG, "model.safetensors", weights(1)));
        String request = hub.model("org/clip")
                .commit("refs/pr/1", files("config.json", CONFIG, "model.safetensors", weights(2)));
        Visitor visitor = Visitor.of(hub, cache);

        assertThat(visitor.model("org/clip@v1")).hasFileName(old);
        assertThat(visitor.model("org/clip@refs/pr/1")).hasFileName(request);
        assertThat(visitor.model("org/clip@" + old)).hasFileName(old);
        assertThat(cache.resolve("models--org--clip/refs/refs/pr/1")).hasContent(request);
    }

    @Test
    void whatAModelNeedsIsFetchedAndNothingElse() throws IOException {
        hub.model("gpt2")
                .commit(
                        "main",
                        files(
                                "config.json", CONFIG,
                                "preprocessor_config.json", text("{\"p\": 1}"),
                                "tokenizer.json", text("{\"t\": 1}"),
                                "merges.txt", text("a b"),
                                "model.safetensors", weights(1),
                                "model.safetensors.index.json", text("{}"),
                                "pytorch_model.bin", weights(2),
                                "tf_model.h5", weights(3),
                                "onnx/config.json", text("{\"o\": 1}")));

        Path folder = Visitor.of(hub, cache).model("gpt2");

        assertThat(tree(folder))
                .containsExactlyInAnyOrder(
                        "config.json", "preprocessor_config.json", "tokenizer.json", "merges.txt", "model.safetensors");
    }

    @Test
    void shardsAreThoseOfTheIndex() throws IOException {
        String index = "{\"weight_map\": {\"a\": \"model-1-of-2.safetensors\", \"b\": \"model-2-of-2.safetensors\"}}";
        hub.model("org/big")
                .commit(
                        "main",
                        files(
                                "config.json", CONFIG,
                                "model.safetensors.index.json", text(index),
                                "model-1-of-2.safetensors", weights(1),
                                "model-2-of-2.safetensors", weights(2),
                                "model-of-another-index.safetensors", weights(3),
                                "pytorch_model.bin", weights(4)));

        assertThat(tree(Visitor.of(hub, cache).model("org/big")))
                .containsExactlyInAnyOrder(
                        "config.json",
                        "model.safetensors.index.json",
                        "model-1-of-2.safetensors",
                        "model-2-of-2.safetensors");
    }

    @Test
    void picklesAndAdaptersAreTakenWhereThereIsNothingElse() throws IOException {
        hub.model("org/old").commit("main", files("config.json", CONFIG, "pytorch_model.bin", weights(1)));
        hub.model("org/lora")
                .commit("main", files("adapter_config.json", text("{}"), "adapter_model.safetensors", weights(2)));
        Visitor visitor = Visitor.of(hub, cache);

        assertThat(tree(visitor.model("org/old"))).containsExactly("config.json", "pytorch_model.bin");
        assertThat(tree(visitor.model("org/lora"))).containsExactly("adapter_config.json", "adapter_model.safetensors");

        hub.model("org/open")
                .commit(
                        "main",
                        files(
                                "open_clip_config.json",
                                CONFIG,
                                "open_clip_pytorch_model.bin",
                                weights(3),
                                "open_clip_model.safetensors",
                                weights(3)));
        assertThat(tree(visitor.model("org/open")))
                .containsExactly("open_clip_config.json", "open_clip_model.safetensors");
    }

    @Test
    void aRepositoryWithoutWeightsIsNoModel() throws IOException {
        hub.model("org/empty").commit("main", files("config.json", CONFIG));

        refuses("org/empty", "the model org/empty holds no weights", "model.safetensors");
        assertThat(tree(cache)).isEmpty();
    }

    @Test
    void whereThereAreNoLinksTheSnapshotHoldsTheFiles() throws IOException {
        byte[] same = weights(1);
        Map<String, byte[]> files = files("config.json", CONFIG, "model.safetensors", weights(2));
        hub.model("org/clip").commit("main", files);
        Visitor visitor = Visitor.of(hub, cache);
        HubReference clip = HubReference.of("org/clip").orElseThrow();
        Path first = visitor.hub(ProgressFactory.NONE, Linking.COPIES).model(clip);

        assertThat(Files.isSymbolicLink(first.resolve("config.json"))).isFalse();
        assertThat(first.resolve("config.json")).hasBinaryContent(CONFIG);
        assertThat(tree(cache.resolve("models--org--clip"))).noneMatch(file -> file.startsWith("blobs"));

        // two names for one content: neither may take the blob away from the other
        files.put("model.safetensors", same);
        files.put("tokenizer.json", same);
        hub.model("org/clip").commit("main", files);
        Path second = visitor.hub(ProgressFactory.NONE, Linking.COPIES).model(clip);

        assertThat(second.resolve("model.safetensors")).hasBinaryContent(same);
        assertThat(second.resolve("tokenizer.json")).hasBinaryContent(same);
        assertThat(visitor.offlineNow().model("org/clip")).isEqualTo(second);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../model.safetensors", "/etc/passwd", "a/../../b", "a\\..\\b", "a//b"})
    void aNameThatLeadsOutOfTheFolderIsRefused(String name) throws IOException {
        hub.model("org/evil")
                .commit("main", files("config.json", CONFIG, "model.safetensors", weights(1), name, CONFIG));

        refuses("org/evil", "whose name leads out of its folder; nothing of it was fetched");
        assertThat(tree(cache)).isEmpty();
    }

    /** It is in nobody's way as long as it is not fetched. */
    @ParameterizedTest
    @ValueSource(strings = {"a\\b", "c:d", "x\u0007y"})
    void aNameThatNotEverySystemHasIsPassedOver(String name) throws IOException {
        hub.model("org/clip")
                .commit("main", files("config.json", CONFIG, "model.safetensors", weights(1), name, CONFIG));

        assertThat(tree(Visitor.of(hub, cache).model("org/clip"))).containsExactly("config.json", "model.safetensors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x.safetensors", "/tmp/x.safetensors", "sub/x.safetensors", ".."})
    void aShardOutsideTheFolderIsRefused(String shard) throws IOException {
        String index = "{\"weight_map\": {\"a\": \"" + shard + "\"}}";
        hub.model("org/evil").commit("main", files("config.json", CONFIG, "model.safetensors.index.json", text(index)));

        refuses("org/evil", "names a shard \"" + shard + "\", expected the plain name of a file beside it");
    }

    @Test
    void aShardThatIsNotThereIsRefused() {
        hub.model("org/torn")
                .commit(
                        "main",
                        files("model.safetensors.index.json", text("{\"weight_map\": {\"a\": \"m.safetensors\"}}")));

        refuses("org/torn", "names the shard m.safetensors, which the repository does not hold");
    }

    @Test
    void aLinkOutOfTheCacheIsNotFollowed() throws IOException {
        hub.model("org/clip").commit("main", files("config.json", CONFIG, "model.safetensors", weights(1)));
        Path folder = Visitor.of(hub, cache).model("org/clip");
        Path outside = Files.writeString(cache.resolve("outside"), "secret");
        Files.delete(folder.resolve("config.json"));
        Files.createSymbolicLink(folder.resolve("config.json"), outside);

        refuses("org/clip", "config.json links to a file outside");
    }

    @Test
    void aLinkInTheWayOfADownloadIsNotWrittenThrough() throws IOException {
        byte[] weights = weights(1);
        hub.model("org/clip").commit("main", files("config.json", CONFIG, "model.safetensors", weights));
        Path outside = Files.writeString(cache.resolve("outside"), "precious");
        Path blobs = Files.createDirectories(cache.resolve("models--org--clip/blobs"));
        Files.createSymbolicLink(blobs.resolve(LoopbackHub.etag(weights) + ".amalgam.incomplete"), outside);

        refuses("org/clip", "cannot be written");
        assertThat(outside).hasContent("precious");
    }

    @Test
    void progressIsToldInMegabytes() {
        byte[] weights = new byte[3_500_000];
        hub.model("org/clip").commit("main", files("config.json", CONFIG, "model.safetensors", weights));
        Map<String, Long> totals = new TreeMap<>();
        List<Long> steps = new ArrayList<>();
        ProgressFactory display = (what, total) -> {
            totals.put(what, total);
            return new Progress() {
                @Override
                public void step(long done, String status) {
                    steps.add(done);
                }

                @Override
                public void close() {
                    steps.add(-1L);
                }
            };
        };

        Visitor.of(hub, cache)
                .hub(display, Linking.USUAL)
                .model(HubReference.of("org/clip").orElseThrow());

        assertThat(totals).containsExactly(Map.entry("fetching org/clip (MB)", 4L));
        assertThat(steps).contains(1L, 2L, 3L).endsWith(4L, -1L);
        assertThat(steps.subList(0, steps.size() - 1)).isSorted();
    }

    private void refuses(String reference, String... parts) {
        assertThatThrownBy(() -> Visitor.of(hub, cache).model(reference))
                .isInstanceOf(AmalgamException.class)
                .message()
                .contains(parts)
                .doesNotContain("\n");
    }

    /** Reads as bytes what must be there. */
    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
