package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The storages of a PyTorch archive, and tensors as views of them. */
final class TorchStorages {

    /** PyTorch's names of typed storages; the reader and the writer know these and no others. */
    static final Map<String, DType> TYPES = Map.of(
            "DoubleStorage", DType.F64,
            "FloatStorage", DType.F32,
            "HalfStorage", DType.F16,
            "BFloat16Storage", DType.BF16,
            "LongStorage", DType.I64,
            "IntStorage", DType.I32,
            "ShortStorage", DType.I16,
            "CharStorage", DType.I8,
            "ByteStorage", DType.U8,
            "BoolStorage", DType.BOOL);

    /**
     * One storage: a run of elements that tensors share.
     *
     * @param elements as many as the pickle claims, checked against the entry
     */
    record Storage(DType dtype, String key, long elements) {}

    private static final long SPARE_COPY_BYTES = 1 << 24;

    private final Path file;
    private final String prefix;
    private final Map<String, StoredZip.Entry> entries;
    private final Map<String, ByteBuffer> mapped = new HashMap<>();
    private final IdentityHashMap<HostTensor, Long> starts = new IdentityHashMap<>();
    private long copyBudget;

    /** @param prefix folder in the archive that holds {@code data/}, with its slash */
    TorchStorages(Path file, String prefix, Map<String, StoredZip.Entry> entries) {
        this.file = file;
        this.prefix = prefix;
        this.entries = entries;
        // a stride of 0 lets a few bytes claim any size: what is copied may exceed the file, but not without bound
        this.copyBudget = file.toFile().length() + SPARE_COPY_BYTES;
    }

    Storage storage(DType dtype, String key, long elements) {
        StoredZip.Entry entry = entries.get(prefix + "data/" + key);
        if (entry == null) {
            throw fault("names storage " + key + ", which the archive does not hold");
        }
        if (elements < 0 || elements > entry.bytes() / dtype.bytes()) {
            throw fault("storage " + key + " claims " + elements + " elements of " + dtype + ", it has " + entry.bytes()
                    + " bytes");
        }
        return new Storage(dtype, key, elements);
    }

    /** A view of a storage; one that is not row-major is copied. */
    HostTensor tensor(Storage storage, long offset, List<Long> shape, List<Long> strides) {
        if (shape.size() != strides.size() || offset < 0 || strides.stream().anyMatch(stride -> stride < 0)) {
            throw fault("a tensor has offset " + offset + ", shape " + shape + " and strides " + strides
                    + ", which do not fit");
        }
        DType dtype = storage.dtype();
        long bytes = Shapes.bytes(dtype, shape, file.toString());
        long end = bytes == 0 ? offset : offset + reach(shape, strides);
        if (end < 0 || end > storage.elements()) {
            throw fault("a tensor of shape " + shape + " ends at element " + end + " of storage " + storage.key()
                    + ", which has " + storage.elements());
        }
        if (bytes > Integer.MAX_VALUE || (end - offset) * dtype.bytes() > Integer.MAX_VALUE) {
            throw fault("a tensor of shape " + shape + " has " + bytes + " bytes, expected at most 2147483647");
        }
        ByteBuffer source = view(storage, offset, end - offset);
        long[] steps = strides.stream().mapToLong(Long::longValue).toArray();
        if (bytes == 0 || Strided.isRowMajor(shape, steps)) {
            HostTensor tensor = new HostTensor(dtype, shape, source);
            long first = entries.get(prefix + "data/" + storage.key()).offset();
            starts.put(tensor, first + offset * dtype.bytes());
            return tensor;
        }
        copyBudget -= bytes;
        if (copyBudget < 0) {
            throw fault(
                    "its tensors repeat elements until they are far larger than the file; save them with .contiguous()");
        }
        return new HostTensor(dtype, shape, Strided.rowMajor(source, dtype, shape, steps));
    }

    /** The byte of the file at which the data of a tensor made here begin; empty for one that was not row-major. */
    Optional<Long> start(HostTensor tensor) {
        return Optional.ofNullable(starts.get(tensor));
    }

    private long reach(List<Long> shape, List<Long> strides) {
        try {
            long last = 0;
            for (int axis = 0; axis < shape.size(); axis++) {
                last = Math.addExact(last, Math.multiplyExact(shape.get(axis) - 1, strides.get(axis)));
            }
            return Math.addExact(last, 1);
        } catch (ArithmeticException e) {
            throw new AmalgamException(
                    file + ": a tensor of shape " + shape + " with strides " + strides + " reaches no storage", e);
        }
    }

    private ByteBuffer view(Storage storage, long offset, long elements) {
        StoredZip.Entry entry = entries.get(prefix + "data/" + storage.key());
        int width = storage.dtype().bytes();
        int length = (int) (elements * width);
        if (entry.bytes() > Integer.MAX_VALUE) {
            return Mapped.region(file, entry.offset() + offset * width, length);
        }
        // many tensors may view one storage; a process may hold only so many mappings
        ByteBuffer whole =
                mapped.computeIfAbsent(storage.key(), key -> Mapped.region(file, entry.offset(), (int) entry.bytes()));
        return whole.slice((int) (offset * width), length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private AmalgamException fault(String sentence) {
        return new AmalgamException(file + ": " + sentence);
    }
}
