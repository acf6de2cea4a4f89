package org.amalgam.tensor;

import org.amalgam.AmalgamException;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.global.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file mapped into memory: pages are read when they are first used, shared with every other process that maps the file, and
 * given back under pressure. The tensors made from it share the mapping, which ends with the last of them.
 */
public final class MappedFile {

    private final Path path;
    private final Tensor bytes;

    private MappedFile(Path path, Tensor bytes) {
        this.path = path;
        this.bytes = bytes;
    }

    /** Maps the whole file, privately: nothing that is done to a tensor reaches the disk. */
    public static MappedFile open(Path path) {
        Natives.load();
        try {
            long length = Files.size(path);
            return new MappedFile(
                    path,
                    new Tensor(torch.from_file(
                            path.toString(),
                            new BoolOptional(false),
                            new LongOptional(length),
                            ElementTypes.options(DType.U8))));
        } catch (IOException e) {
            throw new AmalgamException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The tensor whose row-major, little-endian bytes begin at {@code offset}; a view unless the offset is unaligned. */
    public Tensor tensor(DType type, long[] shape, long offset) {
        long elements = 1;
        for (long length : shape) {
            elements = Math.multiplyExact(elements, length);
        }
        if (elements == 0) {
            return Tensor.empty(type, shape);
        }
        long length = Math.multiplyExact(elements, type.bytes());
        if (offset < 0 || offset > bytes.elements() - length) {
            throw new AmalgamException(path + ": " + length + " bytes from byte " + offset
                    + " on are beyond its end at byte " + bytes.elements() + "; fetch it again");
        }
        Tensor window = bytes.slice(0, offset, length);
        Tensor aligned = offset % type.bytes() == 0 ? window : window.copy();
        return aligned.viewAs(type).reshape(shape);
    }
}
