package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AtomicFolderTest {

    @TempDir
    Path folder;

    @Test
    void appearsWhole() {
        Path target = folder.resolve("deep/out");

        AtomicFolder.write(target, partial -> {
            assertThat(target).doesNotExist();
            Files.createDirectories(partial.resolve("sub"));
            Files.writeString(partial.resolve("sub/file"), "text");
        });

        assertThat(target.resolve("sub/file")).hasContent("text");
        assertThat(target.getParent())
                .isDirectoryNotContaining(path -> path.toString().endsWith(".partial"));
    }

    @Test
    void refusesATargetThatExists() throws IOException {
        Path target = Files.createDirectory(folder.resolve("out"));

        assertThatThrownBy(() -> AtomicFolder.write(target, partial -> {}))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("exists already and is not overwritten; name another folder or remove it");
    }

    @Test
    void aPlaceIsTriedBeforehandAndLeftAsItWas() throws IOException {
        AtomicFolder.requirePlace(folder.resolve("deep/out"));
        AtomicFile.requirePlace(folder.resolve("deep/out"));
        AtomicFolder.requireRoom(folder.resolve("deep/room"));
        AtomicFolder.requireRoom(folder);
        assertThat(folder).isEmptyDirectory();

        Path file = Files.writeString(folder.resolve("file"), "text");
        assertThatThrownBy(() -> AtomicFolder.requireRoom(file))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("expected the name of a folder to write into");
        for (Path tooLong : List.of(folder.resolve("n".repeat(300)), folder.resolve("n".repeat(300) + "/out"))) {
            assertThatThrownBy(() -> AtomicFolder.requirePlace(tooLong))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("nothing can be made in " + folder);
        }
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
        AtomicFile.requirePlace(file);
        assertThat(file).hasContent("text");
        assertThatThrownBy(() -> AtomicFolder.requirePlace(file))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("exists already");
        assertThatThrownBy(() -> AtomicFile.requirePlace(folder))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("found a folder");
        for (Path beneath : List.of(file.resolve("out"), file.resolve("deep/out"))) {
            assertThatThrownBy(() -> AtomicFolder.requirePlace(beneath))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessage(beneath + " cannot be written: " + file + " is no folder; name another place");
        }
    }

    @Test
    void aFailureNamesThePlaceAndNotWhatIsWrittenBesideIt() {
        Path target = folder.resolve(".my model-v1.5");

        assertThatThrownBy(() -> AtomicFolder.write(
                        target,
                        partial -> AtomicFile.write(partial.resolve("model.safetensors"), channel -> {
                            throw new FileSystemException(
                                    partial.resolve("model.safetensors").toString(), null, "No space left on device");
                        })))
                .isInstanceOf(AmalgamException.class)
                .hasMessage("%1$s: cannot be written (FileSystemException: %1$s: No space left on device)"
                        .formatted(target.resolve("model.safetensors")));
    }

    @Test
    void leavesNothingWhenTheContentFails() {
        Path target = folder.resolve("out");

        assertThatThrownBy(() -> AtomicFolder.write(target, partial -> {
                    Files.writeString(partial.resolve("half"), "text");
                    throw new AmalgamException("no");
                }))
                .isInstanceOf(AmalgamException.class)
                .hasMessage("no");
        assertThatThrownBy(() -> AtomicFolder.write(target, partial -> {
                    Files.writeString(partial.resolve("half"), "text");
                    throw new IOException("disk full");
                }))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll("out", "disk full");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void leavesNothingWhenTheProcessEnds() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Ending.class.getName(),
                        folder.resolve("out").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();

        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(7);
        assertThat(folder).isEmptyDirectory();
    }

    /** Ends in the middle of writing, as an interrupted run does. */
    static final class Ending {

        private Ending() {}

        public static void main(String[] arguments) {
            AtomicFolder.write(Path.of(arguments[0]), partial -> {
                Files.writeString(partial.resolve("half"), "text");
                System.exit(7);
            });
        }
    }

    @Test
    void hashesFilesOneAfterAnother() throws IOException {
        Path a = Files.writeString(folder.resolve("a"), "ab");
        Path b = Files.writeString(folder.resolve("b"), "c");

        assertThat(Hashes.sha256(a, b)).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(Hashes.gitBlob(Files.createFile(folder.resolve("empty"))))
                .isEqualTo("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assertThatThrownBy(() -> Hashes.sha256(folder.resolve("absent")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("no such file");
    }
}
