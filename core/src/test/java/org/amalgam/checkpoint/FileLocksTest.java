package org.amalgam.checkpoint;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;

import static org.assertj.core.api.Assertions.assertThat;

class FileLocksTest {

    @TempDir
    Path folder;

    /** Holds the lock until it is killed. */
    static final class Holder {

        private Holder() {}

        public static void main(String[] file) throws IOException, InterruptedException {
            try (FileLocks.Held held = FileLocks.hold(Path.of(file[0]))) {
                System.out.write('!');
                System.out.flush();
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }

    @Test
    void anotherProcessHoldsItUntilItEnds() throws IOException, InterruptedException {
        Path file = folder.resolve("deep/.lock");
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('!');
            assertThat(FileLocks.holdIfFree(file)).isEmpty();
        } finally {
            other.destroyForcibly().waitFor();
        }
        Optional<FileLocks.Held> held = FileLocks.holdIfFree(file);
        assertThat(held).isPresent();
        held.get().close();
    }

    @Test
    void nobodyElseOfThisProcessHoldsItEither() throws IOException, InterruptedException, ExecutionException {
        Path file = folder.resolve(".lock");
        try (FileLocks.Held held = FileLocks.hold(file)) {
            assertThat(FileLocks.holdIfFree(file)).as("the same thread").isEmpty();
            assertThat(ForkJoinPool.commonPool()
                            .submit(() -> FileLocks.holdIfFree(file).isPresent())
                            .get())
                    .as("another thread")
                    .isFalse();
        }
        FileLocks.holdIfFree(file).orElseThrow().close();
        FileLocks.holdIfFree(file).orElseThrow().close();
    }
}
