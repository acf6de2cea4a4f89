package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;

import java.util.List;

/** Sizes of tensors from shapes that a file claims and nobody has checked yet. */
final class Shapes {

    private Shapes() {}

    /**
     * Number of elements; 1 for a scalar, whose shape is empty.
     *
     * @param where what the error names: the file and the tensor
     * @throws AmalgamException if a size is negative or the product exceeds 63 bits
     */
    static long elements(List<Long> shape, String where) {
        long product = 1;
        for (long size : shape) {
            if (size < 0) {
                throw new AmalgamException(where + ": shape " + shape + " has a negative size");
            }
            product = multiply(product, size, shape, where);
        }
        return product;
    }

    /** Number of bytes; fails as {@link #elements} does. */
    static long bytes(DType dtype, List<Long> shape, String where) {
        return multiply(elements(shape, where), dtype.bytes(), shape, where);
    }

    /** The sizes as an array, as native tensors take them. */
    static long[] dimensions(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** Distance in elements between neighbours along each axis of a row-major tensor. */
    static long[] rowMajorStrides(List<Long> shape) {
        long[] strides = new long[shape.size()];
        long step = 1;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
            strides[axis] = step;
            step *= Math.max(shape.get(axis), 1);
        }
        return strides;
    }

    private static long multiply(long product, long factor, List<Long> shape, String where) {
        try {
            return Math.multiplyExact(product, factor);
        } catch (ArithmeticException tooLarge) {
            throw new AmalgamException(where + ": shape " + shape + " has more bytes than 63 bits can count", tooLarge);
        }
    }
}
