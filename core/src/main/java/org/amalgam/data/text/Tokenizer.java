package org.amalgam.data.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Hashes;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A model folder's tokenizer: texts to ids as transformers' fast tokenizer gives them, special tokens included. Safe for use by
 * several threads; holds native memory until closed.
 */
public final class Tokenizer implements AutoCloseable {

    static {
        // Otherwise the library asks for a CUDA build over the network where it sees a GPU, and reports its use home.
        if (System.getProperty("ai.djl.offline") == null) {
            System.setProperty("ai.djl.offline", "true");
        }
    }

    /** What a folder's tokenizer may be made of. */
    public static final List<String> FILES =
            List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HuggingFaceTokenizer tokenizer;
    private final OptionalInt maxLength;
    private final long padId;
    private final Path folder;

    private Tokenizer(HuggingFaceTokenizer tokenizer, OptionalInt maxLength, long padId, Path folder) {
        this.tokenizer = tokenizer;
        this.maxLength = maxLength;
        this.padId = padId;
        this.folder = folder;
    }

    /** A hash of a folder's {@link #FILES}: equal ones give texts equal ids. */
    public static String fingerprint(Path modelFolder) {
        return Hashes.sha256(FILES.stream()
                .map(modelFolder::resolve)
                .filter(Files::isRegularFile)
                .toArray(Path[]::new));
    }

    /** As {@link #read(Path, OptionalInt)} with the length of {@code tokenizer_config.json}'s {@code model_max_length}. */
    public static Tokenizer read(Path modelFolder) {
        return read(modelFolder, OptionalInt.empty());
    }

    /**
     * The tokenizer of {@code tokenizer.json}, or, in older CLIP folders, the equal one of {@code vocab.json} and
     * {@code merges.txt}.
     *
     * @param maxLength tokens a text is cut to, special ones included; empty for {@code model_max_length} of
     *     {@code tokenizer_config.json}, without which nothing is cut
     * @throws AmalgamException if the files are missing or damaged
     */
    public static Tokenizer read(Path modelFolder, OptionalInt maxLength) {
        JsonNode config = json(modelFolder.resolve("tokenizer_config.json"));
        Path file = modelFolder.resolve("tokenizer.json");
        ObjectNode definition =
                Files.isRegularFile(file) ? object(file, json(file)) : ClipTokenizerJson.build(modelFolder);
        long padId = PadToken.id(modelFolder, definition, config, json(modelFolder.resolve("special_tokens_map.json")));
        OptionalInt length = maxLength.isPresent() ? maxLength : modelMaxLength(modelFolder, config);
        // Both are this class's affair; what the file says about them differs between versions of transformers.
        definition.putNull("truncation");
        definition.putNull("padding");
        return new Tokenizer(load(definition, length, modelFolder), length, padId, modelFolder);
    }

    /** Ids and mask, each row padded to the longest of the batch with the pad token. */
    public TokenBatch encode(List<String> texts) {
        long[][] ids = ids(texts);
        return pad(ids, Arrays.stream(ids).mapToInt(row -> row.length).max().orElse(0));
    }

    /** As {@link #encode} for rows of one text, or of two that are encoded as a pair. */
    public TokenBatch encodeRows(List<List<String>> rows) {
        long[][] ids = new long[rows.size()][];
        for (int i = 0; i < ids.length; i++) {
            List<String> row = rows.get(i);
            ids[i] = (row.size() == 1 ? tokenizer.encode(row.get(0)) : tokenizer.encode(row.get(0), row.get(1)))
                    .getIds();
        }
        return pad(ids, Arrays.stream(ids).mapToInt(row -> row.length).max().orElse(0));
    }

    /**
     * Ids and mask, each row padded to {@code length}.
     *
     * @throws AmalgamException if a text has more tokens than that
     */
    public TokenBatch encodePadded(List<String> texts, int length) {
        long[][] ids = ids(texts);
        for (int i = 0; i < ids.length; i++) {
            if (ids[i].length > length) {
                throw new AmalgamException(folder + ": the text \"" + texts.get(i) + "\" has " + ids[i].length
                        + " tokens, expected at most " + length
                        + "; read the tokenizer with that maximal length to cut it");
            }
        }
        return pad(ids, length);
    }

    /** The id that rows are padded with. */
    public long padId() {
        return padId;
    }

    /** Tokens a text is cut to, special ones included; empty where nothing is cut. */
    public OptionalInt maxLength() {
        return maxLength;
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private long[][] ids(List<String> texts) {
        if (texts.isEmpty()) {
            return new long[0][];
        }
        return Arrays.stream(tokenizer.batchEncode(texts)).map(Encoding::getIds).toArray(long[][]::new);
    }

    private TokenBatch pad(long[][] rows, int length) {
        long[][] ids = new long[rows.length][length];
        long[][] mask = new long[rows.length][length];
        for (int i = 0; i < rows.length; i++) {
            Arrays.fill(ids[i], padId);
            System.arraycopy(rows[i], 0, ids[i], 0, rows[i].length);
            Arrays.fill(mask[i], 0, rows[i].length, 1);
        }
        return new TokenBatch(ids, mask);
    }

    /**
     * The library unpacks its native code once into its cache, beside the final place and renamed, so two processes that start
     * together do not harm each other.
     */
    private static HuggingFaceTokenizer load(ObjectNode definition, OptionalInt length, Path folder) {
        Map<String, String> options = length.isPresent()
                ? Map.of(
                        "truncation",
                        "true",
                        "maxLength",
                        String.valueOf(length.getAsInt()),
                        "modelMaxLength",
                        String.valueOf(length.getAsInt()),
                        "padding",
                        "false")
                : Map.of("truncation", "false", "padding", "false");
        try {
            return HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(JSON.writeValueAsBytes(definition)), options);
        } catch (IOException | RuntimeException e) {
            throw new AmalgamException(folder + ": the tokenizer cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static OptionalInt modelMaxLength(Path folder, JsonNode config) {
        JsonNode value = config.path("model_max_length");
        if (value.isMissingNode() || value.isNull() || value.doubleValue() > Integer.MAX_VALUE) {
            return OptionalInt.empty();
        }
        if (!value.isIntegralNumber() || value.intValue() < 2) {
            throw new AmalgamException(folder.resolve("tokenizer_config.json") + ": model_max_length is " + value
                    + ", expected a whole number of at least 2");
        }
        return OptionalInt.of(value.intValue());
    }

    private static JsonNode json(Path file) {
        if (!Files.isRegularFile(file)) {
            return JSON.missingNode();
        }
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new AmalgamException(file + " cannot be read as JSON: " + e.getMessage(), e);
        }
    }

    private static ObjectNode object(Path file, JsonNode json) {
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw new AmalgamException(file + " holds no JSON object");
    }
}
