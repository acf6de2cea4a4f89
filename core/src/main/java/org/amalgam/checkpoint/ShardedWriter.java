package org.amalgam.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.checkpoint.SafetensorsWriter.Entry;
import org.amalgam.tensor.Crew;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a model's weights as transformers does: {@code model.safetensors}, or where they exceed a size
 * {@code model-00001-of-00003.safetensors} and so on with {@code model.safetensors.index.json}, which is written last.
 */
public final class ShardedWriter {

    /** A file holds up to 5 GB unless a setting says otherwise, as in transformers. */
    public static final long SHARD_BYTES = 5_000_000_000L;

    private ShardedWriter() {}

    /**
     * Writes the files into a folder that exists. A tensor is never cut: one that is larger than the limit has a shard of its own.
     *
     * @param maxShardBytes bytes of tensors in a file, at least 1
     * @param metadata for the header of every file
     * @param crew computes and writes spans of tensors
     * @param forced whether the files are forced to disk before they have their names
     * @return the files with weights, in order
     * @throws org.amalgam.AmalgamException if the disk refuses
     */
    public static List<Path> write(
            Path folder,
            long maxShardBytes,
            Map<String, String> metadata,
            List<Entry> entries,
            Crew crew,
            boolean forced) {
        return write(folder, "model", maxShardBytes, metadata, entries, crew, forced);
    }

    /** The same under another name than {@code model}. */
    static List<Path> write(
            Path folder,
            String stem,
            long maxShardBytes,
            Map<String, String> metadata,
            List<Entry> entries,
            Crew crew,
            boolean forced) {
        List<List<Entry>> shards = shards(entries, maxShardBytes);
        if (shards.size() == 1) {
            Path file = folder.resolve(stem + ".safetensors");
            SafetensorsWriter.write(file, metadata, entries, crew, forced);
            return List.of(file);
        }
        List<Path> files = new ArrayList<>();
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata")
                .put("total_size", entries.stream().mapToLong(Entry::bytes).sum());
        ObjectNode names = index.putObject("weight_map");
        for (List<Entry> shard : shards) {
            String name =
                    String.format(Locale.ROOT, "%s-%05d-of-%05d.safetensors", stem, files.size() + 1, shards.size());
            SafetensorsWriter.write(folder.resolve(name), metadata, shard, crew, forced);
            shard.forEach(entry -> names.put(entry.name(), name));
            files.add(folder.resolve(name));
        }
        AtomicFile.write(folder.resolve(ShardIndex.FILE_NAME), index.toPrettyString() + "\n");
        return files;
    }

    private static List<List<Entry>> shards(List<Entry> entries, long maxShardBytes) {
        if (maxShardBytes < 1) {
            throw new IllegalArgumentException("a shard holds at least 1 byte, not " + maxShardBytes);
        }
        List<List<Entry>> shards = new ArrayList<>();
        List<Entry> shard = new ArrayList<>();
        long bytes = 0;
        for (Entry entry : entries) {
            if (!shard.isEmpty() && bytes + entry.bytes() > maxShardBytes) {
                shards.add(shard);
                shard = new ArrayList<>();
                bytes = 0;
            }
            shard.add(entry);
            bytes += entry.bytes();
        }
        shards.add(shard);
        return shards;
    }
}
