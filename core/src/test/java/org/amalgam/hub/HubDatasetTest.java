package org.amalgam.hub;

import org.amalgam.AmalgamException;
import org.amalgam.fixtures.LoopbackHub;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The Parquet files of a data set's split, in the layouts of the hub. */
class HubDatasetTest {

    private static final String CONVERTED = "refs/convert/parquet";

    @TempDir
    Path cache;

    private final LoopbackHub hub = new LoopbackHub();

    @AfterEach
    void close() {
        hub.close();
    }

    private Visitor visitor() {
        return Visitor.of(hub, cache);
    }

    /** A repository whose files hold their names. */
    private String publish(String name, String revision, String... files) {
        Map<String, byte[]> contents = new TreeMap<>();
        Arrays.stream(files).forEach(file -> contents.put(file, HubModelTest.text(file)));
        return hub.dataset(name).commit(revision, contents);
    }

    private List<String> fetched(Visitor visitor, String name, String configuration, String split) {
        return visitor.dataset(name, configuration, split).stream()
                .map(file -> new String(HubModelTest.bytes(file), java.nio.charset.StandardCharsets.UTF_8))
                .toList();
    }

    private void refuses(Visitor visitor, String name, String configuration, String split, String sentence) {
        assertThatThrownBy(() -> visitor.dataset(name, configuration, split))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(sentence);
    }

    /** Left out, it would silently shrink the split. */
    @Test
    void aNameThatNotEverySystemHasIsRefusedWhereItIsToBeFetched() {
        publish("org/odd", "main", "data/a:b-00000-of-00001.parquet", "data/test-00000-of-00001.parquet", "c:d.md");

        assertThat(fetched(visitor(), "org/odd", "", "test")).containsExactly("data/test-00000-of-00001.parquet");
        refuses(
                visitor(),
                "org/odd",
                "",
                "a:b",
                "has a file \"data/a:b-00000-of-00001.parquet\", a name that not every");
    }

    @Test
    void shardsInTheDataFolder() {
        String commit = publish(
                "org/cars",
                "main",
                "README.md",
                "data/train-00000-of-00001.parquet",
                "data/test-00001-of-00002-0a1b.parquet",
                "data/test-00000-of-00002-2c3d.parquet",
                "data/test_2750-00000-of-00001.parquet");

        assertThat(fetched(visitor(), "org/cars", "", "test"))
                .containsExactly("data/test-00000-of-00002-2c3d.parquet", "data/test-00001-of-00002-0a1b.parquet");
        assertThat(cache.resolve("datasets--org--cars/snapshots/" + commit + "/data"))
                .isDirectoryContaining("glob:**/test-*");
        assertThat(hub.requests(request -> request.path().endsWith("train-00000-of-00001.parquet")))
                .isEmpty();
        assertThat(hub.requests(request -> request.path().startsWith("/datasets/org/cars/resolve/" + commit)))
                .hasSize(4);
    }

    @Test
    void configurationsAreFoldersAndOneMustBeNamed() {
        publish(
                "svhn",
                "main",
                "cropped_digits/test-00000-of-00001.parquet",
                "cropped_digits/train-00000-of-00001.parquet",
                "full_numbers/test-00000-of-00001.parquet");

        assertThat(fetched(visitor(), "svhn", "cropped_digits", "test"))
                .containsExactly("cropped_digits/test-00000-of-00001.parquet");
        assertThat(fetched(visitor(), "svhn", "full_numbers", ""))
                .containsExactly("full_numbers/test-00000-of-00001.parquet");
        refuses(
                visitor(),
                "svhn",
                "",
                "test",
                "several configurations; give name: one of cropped_digits, full_numbers");
        refuses(visitor(), "svhn", "digits", "test", "has no configuration digits; name: one of");
        refuses(visitor(), "svhn", "cropped_digits", "", "has several splits; give split: test or train");
        refuses(visitor(), "svhn", "cropped_digits", "extra", "has no split extra; give split: test or train");
    }

    @Test
    void theConvertedBranchServesWhatHasNoParquetFilesOfItsOwn() {
        publish("org/pictures", "main", "images.zip");
        publish(
                "org/pictures",
                CONVERTED,
                "default/test/0000.parquet",
                "default/test/0001.parquet",
                "default/train/0000.parquet",
                "default/partial-validation/0000.parquet");

        List<String> files = fetched(visitor(), "org/pictures", "", "test");

        assertThat(files).containsExactly("default/test/0000.parquet", "default/test/0001.parquet");
        assertThat(fetched(visitor().offlineNow(), "org/pictures", "", "test")).isEqualTo(files);
        refuses(visitor(), "org/pictures", "", "validation", "converted only a part of the split validation");
    }

    @Test
    void withoutNetworkTheCacheServesWhatTheHubConverted() throws IOException {
        publish("org/pictures", "main", "images.zip");
        String converted = publish("org/pictures", CONVERTED, "default/test/0000.parquet");
        List<String> files = fetched(visitor(), "org/pictures", "", "test");
        Visitor alone = visitor().withoutNetwork();

        assertThat(fetched(alone, "org/pictures", "", "test")).isEqualTo(files);
        assertThat(alone.told())
                .singleElement()
                .asString()
                .contains("cannot be reached", "taken as the cache holds it, at commit " + converted);
        refuses(alone, "org/paintings", "", "test", "the data set org/paintings cannot be fetched");
    }

    @Test
    void otherNamesOfASplit() {
        publish("org/plain", "main", "validation.parquet", "test.parquet");

        assertThat(fetched(visitor(), "org/plain", "", "val")).containsExactly("validation.parquet");
    }

    @Test
    void aSplitWithoutOneOfItsShardsIsRefused() {
        publish("org/torn", "main", "data/test-00000-of-00002.parquet");

        refuses(visitor(), "org/torn", "", "test", "expected 2 files of the split");
    }

    @Test
    void aDatasetWithoutParquetFiles() {
        publish("org/pictures", "main", "images.zip");

        refuses(visitor(), "org/pictures", "", "test", "has no revision " + CONVERTED);
    }

    @Test
    void offlineTheSplitThatWasFetchedIsThere() {
        publish("org/cars", "main", "data/train.parquet", "data/test.parquet");
        fetched(visitor(), "org/cars", "", "test");

        assertThat(fetched(visitor().offlineNow(), "org/cars", "", "test")).containsExactly("data/test.parquet");
        refuses(visitor().offlineNow(), "org/cars", "", "train", "has no split train; give split: test");
    }

    @Test
    void anInterruptedFetchLeavesNoSmallerSplitBehind() {
        publish("org/big", "main", "default/test/0000.parquet", "default/test/0001.parquet");
        hub.fail(
                request -> request.method().equals("GET") && request.path().endsWith("0001.parquet"),
                LoopbackHub.Fault.status(403, "X-Error-Message", "not today"));

        refuses(visitor(), "org/big", "", "test", "not today");
        refuses(visitor().offlineNow(), "org/big", "", "test", "is not in the cache");
        assertThat(fetched(visitor(), "org/big", "", "test")).hasSize(2);
    }
}
