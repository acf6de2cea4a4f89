package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The file in which work keeps what it has done so far, so that after it was killed it goes on where it was. It holds the work's
 * identity, and what is of another identity is not gone on with. Without a file nothing is kept.
 */
public final class StateFile {

    private static final long INTERVAL_NANOS = 20_000_000_000L;
    private static final String IDENTITY = "identity";

    /** Characters. */
    private static final int READABLE = 200;

    private final Optional<Path> path;
    private final String identity;
    private long lastWritten = System.nanoTime();

    /**
     * Opens nothing yet.
     *
     * @param identity whatever must be the same for the work to go on: settings, inputs, seed
     */
    public StateFile(Optional<Path> path, String identity) {
        this.path = path;
        this.identity = identity;
    }

    /**
     * What was kept, if anything was.
     *
     * @throws AmalgamException if it is of another identity
     */
    public Optional<SafetensorsFile> read() {
        Optional<SafetensorsFile> kept = path.filter(Files::exists).map(Safetensors::open);
        kept.ifPresent(this::requireSame);
        return kept;
    }

    private void requireSame(SafetensorsFile kept) {
        String saved = kept.metadata().getOrDefault(IDENTITY, "");
        if (!identity.equals(saved)) {
            List<String> before = parts(saved);
            List<String> now = parts(identity);
            throw new AmalgamException(
                    kept.path() + " belongs to a run with other settings or inputs:\n  saved " + without(before, now)
                            + "\n  now   " + without(now, before)
                            + "\nResume with the settings of that run, or start afresh in another folder.");
        }
    }

    private static List<String> parts(String identity) {
        return List.of(identity.split(", ", -1));
    }

    /** The parts that the other identity has not, which may be long: as much of them as can be read. */
    private static String without(List<String> identity, List<String> other) {
        String different =
                identity.stream().filter(part -> !other.contains(part)).collect(Collectors.joining(", "));
        if (different.isEmpty()) {
            return "less";
        }
        return different.length() <= READABLE ? different : different.substring(0, READABLE) + " ...";
    }

    /** Whether it is to be written: twenty seconds after the last time, or if it must be now. */
    public boolean isDue(boolean now) {
        return path.isPresent() && (now || System.nanoTime() - lastWritten > INTERVAL_NANOS);
    }

    /** Keeps this state in place of the last one. */
    public void write(Map<String, String> metadata, Map<String, HostTensor> tensors) {
        Map<String, String> identified = new LinkedHashMap<>(metadata);
        identified.put(IDENTITY, identity);
        SafetensorsWriter.write(
                path.orElseThrow(),
                identified,
                tensors.entrySet().stream()
                        .map(e -> SafetensorsWriter.Entry.of(e.getKey(), e.getValue()))
                        .toList());
        lastWritten = System.nanoTime();
    }
}
