package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * PyTorch's {@code .pt} and {@code .bin} files of tensors: a zip archive with a pickle and one entry a storage
 * ({@code torch.serialization}). Reading runs no code of the file: it knows tensors, parameters, dictionaries, lists, text and
 * numbers, and refuses everything else by its name. What is written loads with {@code torch.load(weights_only=True)}.
 */
public final class TorchFile {

    private static final String PICKLE = "data.pkl";
    private static final int PICKLE_START = 0x80;

    private TorchFile() {}

    /**
     * The value of a file, as deep as it goes: {@link HostTensor}, unmodifiable {@code Map} and {@code List} (for tuples too),
     * {@code String}, {@code Long}, {@code BigInteger} for what is larger, {@code Double}, {@code Boolean}, and null for None.
     * Row-major tensors are mapped views.
     *
     * @throws AmalgamException if the file is no such archive, is damaged, or wants to construct anything else
     */
    public static Object read(Path file) {
        Opened opened = open(file);
        return opened.values().freeze(opened.value(), opened.storages()::tensor);
    }

    /** What a file holds, unfrozen. */
    record Opened(Object value, PickleValues values, TorchStorages storages) {

        PickledState state() {
            return PickledState.of(value, values);
        }
    }

    /** Reads the pickle; tensors stay where they are. */
    static Opened open(Path file) {
        requireZip(file);
        Map<String, StoredZip.Entry> entries = StoredZip.entries(file);
        StoredZip.Entry pickle = pickle(file, entries);
        String folder = pickle.name().substring(0, pickle.name().length() - PICKLE.length());
        requireLittleEndian(file, entries.get(folder + "byteorder"));
        PickleValues values = new PickleValues(file);
        TorchStorages storages = new TorchStorages(file, folder, entries);
        Object value = new PickleReader(content(file, pickle), values, new TorchConstructors(values, storages)).read();
        return new Opened(value, values, storages);
    }

    /**
     * The tensor or parameter of a file that holds nothing else.
     *
     * @throws AmalgamException as {@link #read} does, and if the file holds something else
     */
    public static HostTensor readTensor(Path file) {
        Object value = read(file);
        if (value instanceof HostTensor tensor) {
            return tensor;
        }
        throw new AmalgamException(file + ": expected a single tensor, found " + PickleValues.kind(value));
    }

    /**
     * The tensors of a state dict in its order.
     *
     * @throws AmalgamException as {@link #read} does, and if the file is not a dictionary from names to tensors
     */
    public static Map<String, HostTensor> readStateDict(Path file) {
        return stateDict(file, read(file));
    }

    /**
     * Where the tensors of a state dict lie, in its order: one that is the whole file, or that a training script keeps beside other
     * things, or inside a module that was pickled whole.
     *
     * @throws AmalgamException as {@link #readStateDict} does, and if a tensor is not stored row-major
     */
    static Map<String, TensorSlot> slots(Path file) {
        Opened opened = open(file);
        PickledState state = opened.state();
        state.foreign().forEach((name, kind) -> {
            throw noTensor(file, name, kind);
        });
        Map<String, TensorSlot> slots = new LinkedHashMap<>();
        state.tensors().forEach((name, view) -> {
            if (!view.isRowMajor()) {
                throw new AmalgamException(file + ": " + name
                        + " is not stored row by row; bin/amalgam convert makes a file in which it is");
            }
            slots.put(name, opened.storages().slot(name, view));
        });
        return slots;
    }

    private static AmalgamException noTensor(Path file, String name, String kind) {
        return new AmalgamException(file + ": expected a state dict of tensors, found " + kind + " under " + name
                + ". Save model.state_dict() alone");
    }

    private static Map<String, HostTensor> stateDict(Path file, Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new AmalgamException(file + ": expected a state dict, found " + PickleValues.kind(value));
        }
        Map<String, HostTensor> state = new LinkedHashMap<>();
        map.forEach((key, item) -> {
            if (!(key instanceof String name) || !(item instanceof HostTensor tensor)) {
                throw noTensor(file, key.toString(), PickleValues.kind(item));
            }
            state.put(name, tensor);
        });
        return Collections.unmodifiableMap(state);
    }

    /**
     * Writes a file that holds one tensor, replacing one of that name only when the new one is complete.
     *
     * @throws AmalgamException if the disk refuses, or PyTorch has no typed storage for the tensor's type (8-bit floats)
     */
    public static void writeTensor(Path file, HostTensor tensor) {
        TorchArchive archive = new TorchArchive(file);
        archive.writeTensor(tensor);
        archive.save();
    }

    /**
     * Writes an ordered dictionary of tensors, as {@code torch.save(model.state_dict(), file)} does.
     *
     * @throws AmalgamException as {@link #writeTensor} does
     */
    public static void writeStateDict(Path file, Map<String, HostTensor> state) {
        TorchArchive archive = new TorchArchive(file);
        archive.writeStateDict(state);
        archive.save();
    }

    private static void requireZip(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new AmalgamException(file + ": no such file");
        }
        ByteBuffer start =
                Mapped.region(file, 0, (int) Math.min(2, file.toFile().length()));
        if (start.remaining() == 2 && (start.get(0) & 0xff) == PICKLE_START) {
            throw new AmalgamException(
                    file
                            + ": is a bare pickle, as PyTorch wrote before version 1.6; load it there and save it again with torch.save");
        }
        if (start.remaining() < 2 || start.get(0) != 'P' || start.get(1) != 'K') {
            throw new AmalgamException(file + ": is no PyTorch archive: expected a zip file");
        }
    }

    private static StoredZip.Entry pickle(Path file, Map<String, StoredZip.Entry> entries) {
        List<StoredZip.Entry> pickles = entries.values().stream()
                .filter(entry -> entry.name().equals(PICKLE) || entry.name().endsWith("/" + PICKLE))
                .toList();
        if (pickles.size() != 1) {
            throw new AmalgamException(
                    file + ": is no PyTorch archive: expected one entry " + PICKLE + ", found " + pickles.size());
        }
        return pickles.get(0);
    }

    private static void requireLittleEndian(Path file, StoredZip.Entry byteOrder) {
        if (byteOrder != null) {
            String order =
                    StandardCharsets.US_ASCII.decode(content(file, byteOrder)).toString();
            if (!order.equals("little")) {
                throw new AmalgamException(
                        file + ": was written on a machine of byte order " + order.strip() + ", expected little");
            }
        }
    }

    private static ByteBuffer content(Path file, StoredZip.Entry entry) {
        if (entry.bytes() > Integer.MAX_VALUE) {
            throw new AmalgamException(
                    file + ": entry " + entry.name() + " has " + entry.bytes() + " bytes, expected a small one");
        }
        return Mapped.region(file, entry.offset(), (int) entry.bytes());
    }
}
