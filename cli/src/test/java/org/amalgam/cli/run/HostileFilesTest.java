package org.amalgam.cli.run;

import org.amalgam.cli.Main;
import org.amalgam.cli.Terminal;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.amalgam.fixtures.LoopbackHub;
import org.amalgam.fixtures.TaskArithmeticHub;
import org.amalgam.hub.HubEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Files that were made to do harm, in a repository of the hub, in the cache or in a folder: the command ends with exit code 2 and
 * one sentence, and what it found is as it was.
 */
class HostileFilesTest {

    private static final String INDEX = "model.safetensors.index.json";

    @TempDir
    Path folder;

    private final LoopbackHub hub = new LoopbackHub();

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(Files.createDirectories(folder.resolve("area")));
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private Path cache() {
        return folder.resolve("hf/hub");
    }

    private Ending amalgam(String... overrides) {
        List<String> arguments = new ArrayList<>(List.of(
                "--config-dir",
                area.path("conf").toString(),
                "-q",
                "method=task_arithmetic",
                "modelpool=mine",
                "taskpool=mine",
                "merged_model_save_path=" + area.path("out/merged"),
                "report_save_path=" + area.path("out/report.json"),
                "fabric.loggers.root_dir=" + area.path("logs")));
        arguments.addAll(List.of(overrides));
        Map<String, String> environment = Map.of(
                "HF_ENDPOINT",
                hub.endpoint().toString(),
                "HF_HOME",
                folder.resolve("hf").toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(
                        () -> new AmalgamProgram(() -> HubEnvironment.of(environment, folder)),
                        Terminal.none(StandardCharsets.UTF_8),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(arguments.toArray(String[]::new));
        return new Ending(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The command ends in that sentence, and no file anywhere is new, but those of the cache that may be. */
    private void refuses(Ending ending, Set<String> before, String mayBeNew, String... parts) throws IOException {
        assertThat(ending.err())
                .startsWith("amalgam: ")
                .contains(parts)
                .doesNotContain("Exception", "fault of amalgam", "secret");
        assertThat(ending.err().strip().lines()).as(ending.err()).hasSize(1);
        assertThat(ending.code()).isEqualTo(2);
        Set<String> after = files();
        after.removeIf(file -> file.matches(mayBeNew));
        assertThat(after).isEqualTo(before);
    }

    private void refuses(String[] overrides, String... parts) throws IOException {
        Set<String> before = files();
        refuses(amalgam(overrides), before, "", parts);
    }

    /** Every file and link, wherever below the test's folder; locks are none of the result. */
    private Set<String> files() throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            Set<String> files = new TreeSet<>();
            tree.filter(file -> Files.isSymbolicLink(file) || !Files.isDirectory(file))
                    .map(file -> folder.relativize(file).toString())
                    .filter(file -> !file.endsWith(".lock"))
                    .forEach(files::add);
            return files;
        }
    }

    private Map<String, byte[]> birds() {
        return new LinkedHashMap<>(TaskArithmeticHub.files(area.model("birds")));
    }

    private static String[] expert(Object reference) {
        return new String[] {"modelpool.models.birds=" + reference};
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../../area/conf/modelpool/mine.yaml", "/tmp/amalgam-hostile", "a/../../b", "..\\b"})
    void aRepositoryWithANameThatLeadsOut(String name) throws IOException {
        Map<String, byte[]> files = birds();
        files.put(name, new byte[] {1});
        hub.model("org/evil").commit("main", files);

        refuses(expert("org/evil"), "org/evil", "leads out of its folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../digits/model.safetensors", "/etc/passwd", "../../x.safetensors"})
    void anIndexWithAShardThatLeadsOut(String shard) throws IOException {
        String index = "{\"weight_map\": {\"a\": \"" + shard + "\"}}";
        Files.delete(area.model("birds").resolve("model.safetensors"));
        area.write("models/birds/" + INDEX, index);
        refuses(expert(area.model("birds")), INDEX, shard, "plain name");

        Map<String, byte[]> files = birds();
        hub.model("org/evil").commit("main", files);
        Set<String> before = files();
        // The index itself was fetched to be read; it lies in the cache, where everything fetched does.
        refuses(amalgam(expert("org/evil")), before, "hf/hub/models--org--evil/.*", INDEX, shard, "plain name");
    }

    @Test
    void aLinkOutOfTheCache() throws IOException {
        hub.model("org/birds").commit("main", birds());
        assertThat(amalgam("modelpool.models.birds=org/birds", "dry_run=true", "taskpool=dummy")
                        .code())
                .isZero();
        Path secret = Files.writeString(folder.resolve("config.json"), "{\"secret\": 1}");
        Path config = snapshot("org--birds").resolve("config.json");
        Files.delete(config);
        Files.createSymbolicLink(config, secret);

        refuses(expert("org/birds"), config.toString(), "links to a file outside");
    }

    private Path snapshot(String repository) throws IOException {
        try (Stream<Path> snapshots = Files.list(cache().resolve("models--" + repository + "/snapshots"))) {
            return snapshots.findFirst().orElseThrow();
        }
    }

    /** A pickle of 64 MB of zeros takes 64 kB in the archive. */
    @Test
    void aBombInAPicklesArchive() throws IOException {
        Files.delete(area.model("birds").resolve("model.safetensors"));
        Path pickle = area.model("birds").resolve("pytorch_model.bin");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(pickle))) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                zip.write(zeros);
            }
        }
        assertThat(pickle).satisfies(file -> assertThat(Files.size(file)).isLessThan(1 << 17));

        refuses(expert(area.model("birds")), pickle.toString(), "compressed");
    }

    @Test
    void aliasesThatExplode() throws IOException {
        StringBuilder bomb = new StringBuilder("models:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            String alias = "*a" + (i - 1);
            bomb.append("  a%1$d: &a%1$d [%2$s, %2$s, %2$s, %2$s, %2$s, %2$s, %2$s, %2$s, %2$s]\n".formatted(i, alias));
        }
        area.write("conf/modelpool/mine.yaml", bomb.toString());

        refuses(new String[0], area.path("conf/modelpool/mine.yaml") + ", line ", "with its aliases written out");
    }

    @Test
    void interpolationsThatExplode() throws IOException {
        StringBuilder bomb = new StringBuilder("type: ${.a39}\na0: xxxxxxxxxxxxxxxxxxxx\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("a%1$d: ${.a%2$d}${.a%2$d}\n".formatted(i, i - 1));
        }
        area.write("conf/modelpool/mine.yaml", bomb.toString());

        refuses(new String[0], "interpolations written out");
    }

    @Test
    void anInterpolationThatGoesInACircle() throws IOException {
        refuses(
                new String[] {
                    "modelpool.models.birds=${modelpool.models.digits}",
                    "modelpool.models.digits=${modelpool.models.birds}"
                },
                "goes in a circle, modelpool.models.birds -> modelpool.models.digits -> modelpool.models.birds");
    }

    @Test
    void defaultsListsThatGoInACircle() throws IOException {
        area.write("conf/modelpool/mine.yaml", "defaults: [other]\n");
        area.write("conf/modelpool/other.yaml", "defaults: [mine]\n");

        refuses(
                new String[0],
                area.path("conf/modelpool/other.yaml") + ", line 1",
                "go in a circle, modelpool/mine -> modelpool/other -> modelpool/mine");
    }

    @Test
    void defaultsListsThatExplode() throws IOException {
        for (int i = 0; i < 20; i++) {
            area.write("conf/modelpool/b" + i + ".yaml", "defaults: [b%1$d, {/modelpool@x: b%1$d}]\n".formatted(i + 1));
        }
        area.write("conf/modelpool/b20.yaml", "x: 1\n");

        refuses(new String[] {"modelpool=b0"}, "more than 2000 files with the defaults lists written out");
    }
}
