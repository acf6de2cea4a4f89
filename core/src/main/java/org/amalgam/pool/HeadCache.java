package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.tensor.Tensor;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Class embeddings on disk, each under the hash of everything that it depends on: two models of one name never share a head.
 */
record HeadCache(Path folder) {

    private static final String CLASSES = "classes";

    /** Hash of model and tokenizer, class names and templates. */
    static String key(String modelHash, List<String> classNames, List<String> templates) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(modelHash.getBytes(StandardCharsets.UTF_8));
            for (List<String> texts : List.of(classNames, templates)) {
                digest.update((byte) 0);
                for (String text : texts) {
                    digest.update(text.getBytes(StandardCharsets.UTF_8));
                    digest.update((byte) 1);
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The tensor kept under the key, or the one that is made now and kept for later. */
    Tensor get(String key, Supplier<Tensor> make) {
        Path file = folder.resolve("zero-shot-" + key.substring(0, 16) + ".safetensors");
        if (Files.exists(file)) {
            HostTensor kept = read(file);
            return Tensor.of(kept.toFloats(), kept.dimensions());
        }
        Tensor made = make.get();
        SafetensorsWriter.write(file, Map.of(CLASSES, HostTensor.ofFloats(made.toFloats(), made.shape())));
        return made;
    }

    private static HostTensor read(Path file) {
        try {
            return Safetensors.open(file).tensor(CLASSES);
        } catch (AmalgamException e) {
            throw new AmalgamException(
                    "the zero-shot head kept in " + file + " is damaged; delete the file to compute it again ("
                            + e.getMessage() + ")",
                    e);
        }
    }
}
