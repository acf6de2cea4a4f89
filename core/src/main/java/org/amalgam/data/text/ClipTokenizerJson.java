package org.amalgam.data.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The definition of CLIP's fast tokenizer from {@code vocab.json} and {@code merges.txt}, which is all that older CLIP folders
 * have: NFC, one space for a run of blanks, lower case, split into contractions, words, single digits and the rest, byte-level
 * BPE with {@code </w>} at the end of a word.
 */
final class ClipTokenizerJson {

    static final String START = "<|startoftext|>";
    static final String END = "<|endoftext|>";

    /** Merges that CLIP's own tokenizer takes from the file: 49152 entries less 256 bytes and the two special tokens. */
    private static final int MAX_MERGES = 49_152 - 256 - 2;

    private static final String FRAME = """
            {
              "version": "1.0",
              "truncation": null,
              "padding": null,
              "added_tokens": [],
              "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "NFC"},
                {"type": "Replace", "pattern": {"Regex": "\\\\s+"}, "content": " "},
                {"type": "Lowercase"}]},
              "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Split", "behavior": "Removed", "invert": true, "pattern": {"Regex":
                  "'s|'t|'re|'ve|'m|'ll|'d|[\\\\p{L}]+|[\\\\p{N}]|[^\\\\s\\\\p{L}\\\\p{N}]+"}},
                {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]},
              "post_processor": {"type": "RobertaProcessing", "sep": [], "cls": [], "trim_offsets": false, "add_prefix_space": false},
              "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
              "model": {"type": "BPE", "dropout": null, "unk_token": "<|endoftext|>", "continuing_subword_prefix": "",
                "end_of_word_suffix": "</w>", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false}
            }
            """;

    private ClipTokenizerJson() {}

    static ObjectNode build(Path folder) {
        Path vocabFile = folder.resolve("vocab.json");
        Path mergesFile = folder.resolve("merges.txt");
        if (!Files.isRegularFile(vocabFile) || !Files.isRegularFile(mergesFile)) {
            throw new AmalgamException(
                    folder + " holds no tokenizer: expected tokenizer.json, or vocab.json and merges.txt");
        }
        try {
            ObjectMapper json = new ObjectMapper();
            JsonNode vocab = json.readTree(Files.readAllBytes(vocabFile));
            ObjectNode definition = (ObjectNode) json.readTree(FRAME);
            addSpecial(definition, "cls", START, vocab, vocabFile);
            addSpecial(definition, "sep", END, vocab, vocabFile);
            ObjectNode model = (ObjectNode) definition.get("model");
            model.set("vocab", vocab);
            readMerges(mergesFile, model.putArray("merges"));
            return definition;
        } catch (IOException e) {
            throw new AmalgamException(folder + ": vocab.json or merges.txt cannot be read: " + e.getMessage(), e);
        }
    }

    private static void addSpecial(ObjectNode definition, String role, String token, JsonNode vocab, Path file) {
        JsonNode id = vocab.path(token);
        if (!id.isIntegralNumber()) {
            throw new AmalgamException(file + " has no entry " + token + "; is it the vocabulary of a CLIP model?");
        }
        ((ArrayNode) definition.get("post_processor").get(role)).add(token).add(id);
        ((ArrayNode) definition.get("added_tokens"))
                .addObject()
                .put("content", token)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", true)
                .put("special", true)
                .set("id", id);
    }

    private static void readMerges(Path file, ArrayNode merges) throws IOException {
        List<String> lines =
                Files.readString(file, StandardCharsets.UTF_8).strip().lines().toList();
        // The first line is the version; what the file holds beyond CLIP's own merges was never used.
        for (int i = 1; i < Math.min(lines.size(), MAX_MERGES + 1); i++) {
            String[] pair = lines.get(i).split(" ", -1);
            if (pair.length != 2) {
                throw new AmalgamException(file + ", line " + (i + 1)
                        + ": expected two parts with one space between, found \"" + lines.get(i) + "\"");
            }
            merges.addArray().add(pair[0]).add(pair[1]);
        }
    }
}
