package org.amalgam.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.amalgam.AmalgamException;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Any bytes are a sound file or answered with a sentence. The build runs the inputs kept beside the test; {@code JAZZER_FUZZ=1}
 * looks for new ones (CONTRIBUTING.md).
 */
class CheckpointFuzzTest {

    @TempDir
    Path folder;

    @FuzzTest
    void safetensors(byte[] bytes) throws IOException {
        read(bytes, file -> Safetensors.open(file).slots().values().forEach(TensorSlot::tensor));
    }

    @FuzzTest
    void torchArchive(byte[] bytes) throws IOException {
        read(bytes, TorchFile::read);
    }

    private void read(byte[] bytes, Consumer<Path> reader) throws IOException {
        Path file = Files.write(folder.resolve("fuzzed"), bytes);
        try {
            reader.accept(file);
        } catch (AmalgamException refused) {
            // A sentence is an answer; every other exception comes through.
            return;
        } finally {
            Files.delete(file);
        }
    }
}
