package org.amalgam.checkpoint;

import org.amalgam.tensor.DType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Rearranges elements that lie at any strides into row-major order. */
final class Strided {

    private Strided() {}

    /** Whether elements at those strides already lie row-major without gaps. */
    static boolean isRowMajor(List<Long> shape, long[] strides) {
        long[] expected = Shapes.rowMajorStrides(shape);
        for (int axis = 0; axis < strides.length; axis++) {
            if (shape.get(axis) == 0) {
                return true;
            }
            if (shape.get(axis) > 1 && strides[axis] != expected[axis]) {
                return false;
            }
        }
        return true;
    }

    /** A row-major copy. The caller has checked that the last element lies inside the source. */
    static ByteBuffer rowMajor(ByteBuffer source, DType dtype, List<Long> shape, long[] strides) {
        int width = dtype.bytes();
        int elements = Math.toIntExact(Shapes.elements(shape, "tensor"));
        ByteBuffer target =
                ByteBuffer.allocate(Math.multiplyExact(elements, width)).order(ByteOrder.LITTLE_ENDIAN);
        long[] position = new long[strides.length];
        long from = 0;
        for (int i = 0; i < elements; i++) {
            target.put(i * width, source, Math.toIntExact(from * width), width);
            for (int axis = strides.length - 1; axis >= 0; axis--) {
                from += strides[axis];
                if (++position[axis] < shape.get(axis)) {
                    break;
                }
                from -= strides[axis] * position[axis];
                position[axis] = 0;
            }
        }
        return target;
    }
}
