package org.amalgam.report;

import java.util.Optional;

/**
 * A file that a run read.
 *
 * @param name what the run calls it: a model's or a task's name
 * @param path where it was, as the user wrote it
 * @param sha256 its content's hash, 64 hexadecimal digits; empty where it was not taken
 * @param bytes its size
 * @param hubId the Hugging Face repository that it came from, {@code org/name}; empty for a file that came from nowhere else
 */
public record Input(String name, String path, Optional<String> sha256, long bytes, Optional<String> hubId) {

    /** A local file. */
    public static Input local(String name, String path, String sha256, long bytes) {
        return new Input(name, path, Optional.of(sha256), bytes, Optional.empty());
    }
}
