package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Hashes;
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
 *
 * @param arithmetic of which code they are: those of another are computed anew
 */
record HeadCache(Path folder, int arithmetic) {

    /** To be raised whenever the tokenizer, a text tower or the averaging of prompts gives other numbers than before. */
    static final int ARITHMETIC = 1;

    private static final String CLASSES = "classes";

    /** Heads of this code. */
    HeadCache(Path folder) {
        this(folder, ARITHMETIC);
    }

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
        String own = Hashes.sha256(arithmetic + "\n" + key);
        Path file = folder.resolve("zero-shot-" + own.substring(0, 16) + ".safetensors");
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
