package org.amalgam.tensor;

import org.bytedeco.javacpp.BytePointer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The numbers of a tensor, read into arrays a block at a time and past libtorch, whose operations cost more than the few
 * thousand numbers of a block. Valid while the tensor is; several threads may read at once.
 */
public final class Window {

    /** A buffer counts in ints: longer tensors are seen through several, each with room for the block that begins in it. */
    private static final int SEGMENT_BYTES = 1 << 30;

    private final Tensor tensor;
    private final DType type;
    private final ByteBuffer[] segments;

    private Window(Tensor tensor, ByteBuffer[] segments) {
        this.tensor = tensor;
        this.type = tensor.dtype();
        this.segments = segments;
    }

    /** On a contiguous tensor, in row-major order. */
    public static Window of(Tensor tensor) {
        long bytes = tensor.bytes();
        if (bytes == 0 || !FloatBytes.decodes(tensor.dtype()) || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            return new Window(tensor, new ByteBuffer[0]);
        }
        try (Scope scope = Scope.open()) {
            BytePointer start = new BytePointer(tensor.data());
            ByteBuffer[] segments = new ByteBuffer[Math.toIntExact((bytes + SEGMENT_BYTES - 1) / SEGMENT_BYTES)];
            for (int i = 0; i < segments.length; i++) {
                long from = (long) i * SEGMENT_BYTES;
                long length = Math.min(SEGMENT_BYTES + (long) Rows.ELEMENTS * Float.BYTES, bytes - from);
                segments[i] = new BytePointer(start)
                        .position(from)
                        .limit(from + length)
                        .asByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN);
            }
            return new Window(tensor, segments);
        }
    }

    /**
     * Reads a block into the array's beginning, as float32.
     *
     * @param block of at most {@link Rows#ELEMENTS}
     * @return whether all numbers are finite
     */
    public boolean read(Span block, float[] into) {
        if (segments.length == 0) {
            return readThroughTensor(block, into);
        }
        return FloatBytes.decode(segment(block), offset(block), type, into, Math.toIntExact(block.length()));
    }

    /** {@link #read} of numbers that are known to be finite: a third less time where they are float32. */
    public void copy(Span block, float[] into) {
        if (type == DType.F32 && segments.length > 0) {
            FloatBytes.copy(segment(block), offset(block), into, Math.toIntExact(block.length()));
        } else {
            read(block, into);
        }
    }

    private ByteBuffer segment(Span block) {
        return segments[(int) (block.start() * type.bytes() / SEGMENT_BYTES)];
    }

    private int offset(Span block) {
        return (int) (block.start() * type.bytes() % SEGMENT_BYTES);
    }

    private boolean readThroughTensor(Span block, float[] into) {
        try (Scope scope = Scope.open()) {
            Tensor values = block.of(tensor).to(DType.F32);
            values.readInto(into);
            return values.isFinite();
        }
    }
}
