package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    /** A tensor as the file has it: some elements of a storage, at strides. Equal ones are one tensor under several names. */
    record View(Storage storage, long offset, List<Long> shape, List<Long> strides) {

        View {
            shape = List.copyOf(shape);
            strides = List.copyOf(strides);
        }

        DType dtype() {
            return storage.dtype();
        }

        boolean isRowMajor() {
            return Strided.isRowMajor(shape, Shapes.dimensions(strides));
        }
    }

    private static final long SPARE_COPY_BYTES = 1 << 24;

    private final Path file;
    private final String prefix;
    private final Map<String, StoredZip.Entry> entries;
    private final Map<String, ByteBuffer> mapped = new HashMap<>();
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

    /** A tensor that lies inside its storage. */
    View view(Storage storage, long offset, List<Long> shape, List<Long> strides) {
        if (shape.size() != strides.size() || offset < 0 || strides.stream().anyMatch(stride -> stride < 0)) {
            throw fault("a tensor has offset " + offset + ", shape " + shape + " and strides " + strides
                    + ", which do not fit");
        }
        long end = end(storage.dtype(), offset, shape, strides);
        if (end < 0 || end > storage.elements()) {
            throw fault("a tensor of shape " + shape + " ends at element " + end + " of storage " + storage.key()
                    + ", which has " + storage.elements());
        }
        return new View(storage, offset, shape, strides);
    }

    private long end(DType dtype, long offset, List<Long> shape, List<Long> strides) {
        return Shapes.bytes(dtype, shape, file.toString()) == 0 ? offset : offset + reach(shape, strides);
    }

    /** The tensor in memory: mapped, but copied where it is not row-major. */
    HostTensor tensor(View view) {
        DType dtype = view.dtype();
        long bytes = Shapes.bytes(dtype, view.shape(), file.toString());
        long elements = end(dtype, view.offset(), view.shape(), view.strides()) - view.offset();
        if (bytes > Integer.MAX_VALUE || elements * dtype.bytes() > Integer.MAX_VALUE) {
            throw fault("a tensor of shape " + view.shape() + " has " + bytes + " bytes, expected at most 2147483647");
        }
        ByteBuffer source = mapped(view.storage(), view.offset(), elements);
        if (bytes == 0 || view.isRowMajor()) {
            return new HostTensor(dtype, view.shape(), source);
        }
        copyBudget -= bytes;
        if (copyBudget < 0) {
            throw fault(
                    "its tensors repeat elements until they are far larger than the file; save them with .contiguous()");
        }
        return new HostTensor(
                dtype, view.shape(), Strided.rowMajor(source, dtype, view.shape(), Shapes.dimensions(view.strides())));
    }

    /** Where the data of a row-major tensor lie in the file. */
    TensorSlot slot(String name, View view) {
        DType dtype = view.dtype();
        long bytes = Shapes.bytes(dtype, view.shape(), file.toString());
        long first = entries.get(prefix + "data/" + view.storage().key()).offset();
        return new TensorSlot(name, dtype, view.shape(), file, first + view.offset() * dtype.bytes(), bytes);
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

    private ByteBuffer mapped(Storage storage, long offset, long elements) {
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
