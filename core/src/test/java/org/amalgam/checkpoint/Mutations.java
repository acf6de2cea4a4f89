package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** Damages a sound file in many ways; the reader may read what results or refuse it with a sentence, and nothing else. */
final class Mutations {

    private Mutations() {}

    /**
     * Cuts the file or overwrites up to three of its bytes, {@code count} times.
     *
     * @return how many of the damaged files were refused; any exception but {@link AmalgamException} comes through
     */
    static int refused(Path sound, Path folder, int count, long seed, Consumer<Path> reader) throws IOException {
        byte[] original = Files.readAllBytes(sound);
        // a file of its own each time: earlier ones may still be mapped
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < count; i++) {
            boolean cut = random.nextInt(4) == 0;
            byte[] bytes = Arrays.copyOf(original, cut ? random.nextInt(original.length) : original.length);
            for (int flips = random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Path mutant = Files.write(folder.resolve("mutant-" + i), bytes);
            try {
                reader.accept(mutant);
            } catch (AmalgamException e) {
                refused++;
            }
            Files.delete(mutant);
        }
        return refused;
    }
}
