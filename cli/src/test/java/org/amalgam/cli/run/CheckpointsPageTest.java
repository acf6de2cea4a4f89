package org.amalgam.cli.run;

import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.TorchFile;
import org.amalgam.cli.Main;
import org.amalgam.cli.Terminal;
import org.amalgam.cli.docs.Pages;
import org.amalgam.fixtures.TinyLlama;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.tensor.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code check}, {@code diff} and {@code convert} as {@code docs/checkpoints.md} prints them, on models of the names that it gives. */
class CheckpointsPageTest {

    private static final String PAGE = Pages.read("docs/checkpoints.md");

    /** Below the working directory, as the commands say. */
    private static final Path MODELS = Path.of("models");

    private static final Path DIFF = Path.of("outputs/diff");

    @BeforeEach
    void layOut() throws IOException {
        remove();
        int seed = 1;
        for (String name : List.of("llama", "llama_law", "llama_medicine")) {
            Path folder = Files.createDirectories(MODELS.resolve(name));
            TinyLlama.write(folder, TinyLlama.tensors(seed), TinyLlama.config(false));
            seed++;
        }
        Path old = Files.createDirectories(MODELS.resolve("old"));
        WorkingArea.copy(WorkingArea.golden("mini/base"), old);
        TorchFile.writeStateDict(old.resolve("pytorch_model.bin"), TinyModels.tensors(old));
        Files.delete(old.resolve("model.safetensors"));
        Files.copy(WorkingArea.resource("torch").resolve("lightning.ckpt"), MODELS.resolve("last.ckpt"));
    }

    @AfterEach
    void remove() throws IOException {
        for (Path written : List.of(MODELS, DIFF)) {
            if (Files.exists(written)) {
                try (Stream<Path> tree = Files.walk(written)) {
                    for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    /** Executes the page's lines of a command, in their order, and gives what each printed. */
    private static List<String> printed(String command) {
        List<String> lines = Pages.blocks(PAGE, "sh").stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith("bin/amalgam " + command + " "))
                .toList();
        assertThat(lines).isNotEmpty();
        return lines.stream().map(CheckpointsPageTest::executed).toList();
    }

    private static String executed(String line) {
        List<String> words = List.of(line.split(" ", -1));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(
                        AmalgamProgram::new,
                        Terminal.none(StandardCharsets.UTF_8),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(words.subList(1, words.size()).toArray(String[]::new));
        assertThat(code)
                .as("%s: %s", line, err.toString(StandardCharsets.UTF_8))
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void check() {
        assertThat(printed("check")).hasSize(2).allSatisfy(text -> assertThat(text)
                .isNotBlank());
    }

    @Test
    void diff() {
        List<String> printed = printed("diff");

        assertThat(printed).hasSize(3);
        assertThat(printed.get(0)).contains(TinyLlama.EMBEDDING, "cosine");
        assertThat(printed.get(1)).contains(TinyLlama.EMBEDDING, TinyLlama.NORM);
        assertThat(printed.get(2)).contains("The task vectors of law and medicine have the cosine");
    }

    @Test
    void convert() {
        Map<String, HostTensor> old = TorchFile.readStateDict(MODELS.resolve("old/pytorch_model.bin"));

        printed("convert");

        assertThat(TinyModels.tensors(MODELS.resolve("new")))
                .containsAllEntriesOf(old)
                .hasSameSizeAs(old);
        assertThat(TinyModels.tensors(MODELS.resolve("sharded")))
                .containsAllEntriesOf(old)
                .hasSameSizeAs(old);
        assertThat(MODELS.resolve("sharded/model.safetensors.index.json")).isRegularFile();
        assertThat(MODELS.resolve("new/config.json")).isRegularFile();
        assertThat(Checkpoint.open(MODELS.resolve("trained")).slots().values())
                .anyMatch(slot -> slot.dtype() == DType.BF16)
                .noneMatch(slot -> slot.dtype() == DType.F32);
    }

    /** 4048 bytes are more than 4k and less than 4KiB. */
    @Test
    void unitsOfShardsAreThoseOfTransformers() throws IOException {
        Path source = Files.createDirectories(MODELS.resolve("units"));
        TorchFile.writeStateDict(
                source.resolve("pytorch_model.bin"),
                Map.of("a", HostTensor.ofFloats(new float[1000], 1000), "b", HostTensor.ofFloats(new float[12], 12)));

        String cut = executed("bin/amalgam convert models/units models/cut --max-shard-size 4k");
        String whole = executed("bin/amalgam convert models/units models/whole --max-shard-size 4KiB");

        assertThat(cut).contains("2 tensors", "2 files");
        assertThat(whole).contains("2 tensors").doesNotContain("files");
    }
}
