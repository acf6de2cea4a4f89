package org.amalgam.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.checkpoint.ShardedWriter;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Writes what was made of a pool as folders of its ancestor's family, which the family's own software loads. */
public record ModelWriter(ModelPool pool) {

    /** A thread's bytes of one span, outside the heap, where a channel takes them without another copy. */
    private static final ThreadLocal<ByteBuffer> SPAN = ThreadLocal.withInitial(
            () -> ByteBuffer.allocateDirect(Span.ELEMENTS * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN));

    /** {@link #save(LazyWeights, Path, FileFormat, Crew)} as the ancestor's family does by default, by the thread that asks. */
    public void save(Weights merged, Path folder) throws IOException {
        save(LazyWeights.of(merged), folder, FileFormat.OF_THE_FAMILY, Crew.ALONE);
    }

    /**
     * Writes a merged model as a folder of the ancestor's family: weights in the ancestor's type, configuration, tokenizer or
     * image processor. A CLIP vision tower becomes what {@code CLIPVisionModel.from_pretrained} loads. What is not in memory yet
     * is computed span by span while it is written.
     *
     * @param folder exists and is empty
     * @param crew computes and writes
     */
    public void save(LazyWeights merged, Path folder, FileFormat format, Crew crew) throws IOException {
        Saving saving = saving(format.dtype());
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        merged.parameters().forEach((name, parameter) -> {
            DType type = saving.type().apply(pool.ancestor().slots().get(name));
            entries.add(entry(saving.names().apply(name), type, parameter));
        });
        for (TensorSlot slot : saving.carried()) {
            entries.add(carried(slot, saving.type().apply(slot)));
        }
        ShardedWriter.write(folder, format.shardBytes(), saving.metadata(), entries, crew, format.forced());
        writeConfiguration(saving, folder);
    }

    /** Bytes of the tensors that {@link #save(LazyWeights, Path, FileFormat, Crew)} writes; headers not counted. */
    public long savedBytes(FileFormat format) {
        Saving saving = saving(format.dtype());
        return Stream.concat(
                        pool.ancestor().weights().names().stream()
                                .map(name -> pool.ancestor().slots().get(name)),
                        saving.carried().stream())
                .mapToLong(slot -> slot.elements() * saving.type().apply(slot).bytes())
                .sum();
    }

    /** How other software loads what {@link #save(Weights, Path)} writes. */
    public Loading loading() {
        Checkpoint ancestor = pool.ancestor().checkpoint();
        return Families.of(ancestor).loading(ancestor);
    }

    private Saving saving(Optional<String> dtype) {
        Checkpoint ancestor = pool.ancestor().checkpoint();
        return Families.of(ancestor).saving(ancestor, pool.architecture(), dtype);
    }

    /**
     * Writes a mixture of experts as a folder of its own: {@code mixture.safetensors}, with the description and the
     * experts' names as its metadata, and the ancestor's configuration files.
     *
     * @param folder exists and is empty
     */
    public void saveMixture(Weights parts, Map<String, String> description, Path folder) throws IOException {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        parts.entries().forEach((name, tensor) -> {
            Tensor vector = tensor.flatten();
            entries.add(new SafetensorsWriter.Entry(name, tensor.dtype(), shape(tensor.shape()), vector::writeTo));
        });
        Map<String, String> metadata = new LinkedHashMap<>(description);
        metadata.putAll(TaskNames.metadata(pool.tasks()));
        SafetensorsWriter.write(folder.resolve("mixture.safetensors"), metadata, entries);
        writeConfiguration(saving(Optional.empty()), folder);
    }

    private static void writeConfiguration(Saving saving, Path folder) throws IOException {
        for (Map.Entry<String, ObjectNode> made : saving.made().entrySet()) {
            AtomicFile.write(folder.resolve(made.getKey()), made.getValue().toPrettyString() + "\n");
        }
        for (Path file : saving.copied()) {
            if (Files.exists(file)) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    private static SafetensorsWriter.Entry carried(TensorSlot slot, DType type) {
        if (slot.dtype() == type) {
            return SafetensorsWriter.Entry.of(slot.name(), slot);
        }
        Tensor tensor = Model.single(slot);
        return entry(slot.name(), type, new LazyWeights.Parameter(slot.shape(), span -> span.of(tensor)
                .to(DType.F32)));
    }

    private static SafetensorsWriter.Entry entry(String name, DType type, LazyWeights.Parameter parameter) {
        return new SafetensorsWriter.Entry(name, type, parameter.shape(), (out, span) -> {
            ByteBuffer bytes = SPAN.get().clear().limit(Math.toIntExact(span.length() * type.bytes()));
            if (!parameter.values().encode(span, type, bytes)) {
                throw new AmalgamException(name + ": the merged values are beyond what " + type + " holds; "
                        + (type == DType.F32
                                ? "lower the coefficients of the merge"
                                : "ask for another type with merged_model_save_kwargs.dtype=float32"));
            }
            bytes.flip();
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        });
    }

    private static List<Long> shape(long[] shape) {
        return Arrays.stream(shape).boxed().toList();
    }
}
