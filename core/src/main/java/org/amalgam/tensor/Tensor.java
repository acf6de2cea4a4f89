package org.amalgam.tensor;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.LongArrayRef;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.List;

/**
 * An n-dimensional array in native memory. Operations return new tensors and leave their operands alone, except for the few
 * whose names say otherwise ({@code ...InPlace}, {@link #assign}). Owned by the {@link Scope} that is open when it is made.
 *
 * <p>This class holds the algebra; {@link Functional} holds what neural networks add to it.
 */
public final class Tensor implements AutoCloseable {

    private final org.bytedeco.pytorch.Tensor handle;

    Tensor(org.bytedeco.pytorch.Tensor handle) {
        this.handle = handle;
    }

    org.bytedeco.pytorch.Tensor handle() {
        return handle;
    }

    // ---- making

    /** A float32 tensor with these values in row-major order. */
    public static Tensor of(float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return of(DType.F32, shape, bytes);
    }

    /** An int64 tensor with these values in row-major order. */
    public static Tensor of(long[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return of(DType.I64, shape, bytes);
    }

    /** A tensor with a copy of these little-endian, row-major bytes (from position 0 to the buffer's limit). */
    public static Tensor of(DType type, long[] shape, ByteBuffer bytes) {
        Tensor made = empty(type, shape);
        if (made.bytes() != bytes.limit()) {
            throw new IllegalArgumentException(
                    "shape " + Arrays.toString(shape) + " takes " + made.bytes() + " bytes, found " + bytes.limit());
        }
        if (bytes.limit() > 0) {
            made.buffer().put(bytes.duplicate().rewind());
        }
        return made;
    }

    /** A tensor whose values are not set yet. */
    public static Tensor empty(DType type, long... shape) {
        Natives.load();
        return new Tensor(torch.empty(shape, ElementTypes.options(type), null));
    }

    public static Tensor full(double value, long... shape) {
        Natives.load();
        return new Tensor(torch.full(shape, new Scalar(value), ElementTypes.options(DType.F32)));
    }

    public static Tensor zeros(long... shape) {
        return full(0, shape);
    }

    public static Tensor concat(List<Tensor> parts, int dimension) {
        return new Tensor(torch.cat(Autograd.vector(parts), dimension));
    }

    /** Tensors of one shape as the rows of a new first dimension. */
    public static Tensor stack(List<Tensor> rows) {
        return new Tensor(torch.stack(Autograd.vector(rows), 0));
    }

    // ---- looking

    public long[] shape() {
        LongArrayRef sizes = handle.sizes();
        long[] shape = new long[(int) sizes.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = sizes.get(i);
        }
        return shape;
    }

    /** Length of one dimension; negative numbers count from the last. */
    public long size(int dimension) {
        return handle.size(dimension);
    }

    public long elements() {
        return handle.numel();
    }

    public long bytes() {
        return handle.nbytes();
    }

    public DType dtype() {
        return ElementTypes.of(handle.scalar_type());
    }

    /** The value of a tensor with one element. */
    public double item() {
        return handle.item_double();
    }

    /** The values in row-major order, as float32. */
    public float[] toFloats() {
        try (Scope scope = Scope.open()) {
            float[] values = new float[Math.toIntExact(elements())];
            to(DType.F32).contiguous().buffer().asFloatBuffer().get(values);
            return values;
        }
    }

    /** The values in row-major order, as int64. */
    public long[] toLongs() {
        try (Scope scope = Scope.open()) {
            long[] values = new long[Math.toIntExact(elements())];
            to(DType.I64).contiguous().buffer().asLongBuffer().get(values);
            return values;
        }
    }

    /** A copy of the values, little-endian and row-major. At most 2 GB. */
    public ByteBuffer toBytes() {
        try (Scope scope = Scope.open()) {
            ByteBuffer copy = ByteBuffer.allocate(Math.toIntExact(bytes())).order(ByteOrder.LITTLE_ENDIAN);
            copy.put(contiguous().buffer());
            return copy.flip();
        }
    }

    /** Copies the values of a float32 vector into the array's beginning. */
    public void readInto(float[] values) {
        try (Scope scope = Scope.open()) {
            contiguous().buffer().asFloatBuffer().get(values, 0, Math.toIntExact(elements()));
        }
    }

    /** Writes a span of the values, little-endian and row-major, out of the native memory itself. At most 2 GB. */
    public void writeTo(WritableByteChannel out, Span span) throws IOException {
        try (Scope scope = Scope.open()) {
            ByteBuffer bytes = span.of(this).contiguous().buffer();
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        }
    }

    /** A window on the native memory itself: valid while the tensor is, and only for a contiguous one of at most 2 GB. */
    ByteBuffer buffer() {
        if (elements() == 0) {
            return ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
        }
        return new BytePointer(data()).capacity(bytes()).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Where the values begin. */
    Pointer data() {
        return handle.detach().data_ptr();
    }

    // ---- shape

    public Tensor reshape(long... shape) {
        return new Tensor(handle.reshape(shape));
    }

    public Tensor flatten() {
        return reshape(-1);
    }

    public Tensor transpose(int a, int b) {
        return new Tensor(handle.transpose(a, b));
    }

    /** Rows (or whatever {@code dimension} counts) from {@code start} on, {@code length} of them; a view. */
    public Tensor slice(int dimension, long start, long length) {
        return new Tensor(handle.narrow(dimension, start, length));
    }

    /** One row (or whatever {@code dimension} counts), without that dimension; a view. */
    public Tensor select(int dimension, long index) {
        return new Tensor(handle.select(dimension, index));
    }

    public Tensor expand(long... shape) {
        return new Tensor(handle.expand(shape));
    }

    public Tensor contiguous() {
        return new Tensor(handle.contiguous());
    }

    public Tensor copy() {
        return new Tensor(handle.clone());
    }

    /** Where a vector is not 0: int64 indices, ascending. */
    public Tensor nonZero() {
        return new Tensor(handle.nonzero().flatten());
    }

    /** Rows in the order of the indices. */
    public Tensor rows(Tensor indices) {
        return new Tensor(handle.index_select(0, indices.handle));
    }

    /** The same values in another type; the tensor itself where it has that type already. */
    public Tensor to(DType type) {
        return dtype() == type ? this : new Tensor(handle.to(ElementTypes.scalar(type)));
    }

    /** The raw bytes seen as another type, without a copy; the offset must fit the type's width. */
    Tensor viewAs(DType type) {
        return new Tensor(handle.view(ElementTypes.scalar(type)));
    }

    // ---- algebra

    public Tensor add(Tensor other) {
        return new Tensor(handle.add(other.handle));
    }

    public Tensor add(double number) {
        return new Tensor(handle.add(new Scalar(number)));
    }

    public Tensor sub(Tensor other) {
        return new Tensor(handle.sub(other.handle));
    }

    public Tensor mul(Tensor other) {
        return new Tensor(handle.mul(other.handle));
    }

    public Tensor mul(double number) {
        return new Tensor(handle.mul(new Scalar(number)));
    }

    public Tensor div(Tensor other) {
        return new Tensor(handle.div(other.handle));
    }

    public Tensor matmul(Tensor other) {
        return new Tensor(handle.matmul(other.handle));
    }

    /** {@code this + matrix . vector} for a vector. */
    public Tensor addMatrixVector(Tensor matrix, Tensor vector) {
        return new Tensor(handle.addmv(matrix.handle, vector.handle));
    }

    public Tensor abs() {
        return new Tensor(handle.abs());
    }

    /** -1, 0 or 1. */
    public Tensor sign() {
        return new Tensor(handle.sign());
    }

    public Tensor sqrt() {
        return new Tensor(handle.sqrt());
    }

    public Tensor log() {
        return new Tensor(handle.log());
    }

    public Tensor clamp(double low, double high) {
        return new Tensor(handle.clamp(
                new org.bytedeco.pytorch.ScalarOptional(new Scalar(low)),
                new org.bytedeco.pytorch.ScalarOptional(new Scalar(high))));
    }

    /** Where true, this tensor's value, elsewhere 0. {@code mask} is of type BOOL. */
    public Tensor where(Tensor mask) {
        return new Tensor(handle.mul(mask.handle));
    }

    public Tensor greater(Tensor other) {
        return new Tensor(handle.gt(other.handle));
    }

    public Tensor greater(double number) {
        return new Tensor(handle.gt(new Scalar(number)));
    }

    public Tensor atLeast(double number) {
        return new Tensor(handle.ge(new Scalar(number)));
    }

    /** Where at least as large; the shapes are broadcast to each other. */
    public Tensor atLeast(Tensor other) {
        return new Tensor(handle.ge(other.handle));
    }

    public Tensor equal(Tensor other) {
        return new Tensor(handle.eq(other.handle));
    }

    public Tensor equal(double number) {
        return new Tensor(handle.eq(new Scalar(number)));
    }

    public Tensor sum() {
        return new Tensor(handle.sum());
    }

    public Tensor sum(int dimension) {
        return new Tensor(handle.sum(dimension));
    }

    public Tensor mean(int dimension) {
        return new Tensor(handle.mean(dimension));
    }

    public Tensor mean() {
        return new Tensor(handle.mean());
    }

    /** Largest values along a dimension. */
    public Tensor max(int dimension) {
        return new Tensor(torch.amax(handle, new long[] {dimension}, false));
    }

    /** Index of the largest value along a dimension, the first one where several are; int64. */
    public Tensor argmax(int dimension) {
        return new Tensor(torch.argmax(handle, new org.bytedeco.pytorch.LongOptional(dimension), false));
    }

    /** L2 norm along a dimension, which stays with length 1. */
    public Tensor norm(int dimension) {
        return new Tensor(torch.norm(
                handle, new org.bytedeco.pytorch.ScalarOptional(new Scalar(2.0)), new long[] {dimension}, true));
    }

    /** The {@code k}-th smallest value of a vector, counted from 1. */
    public double kthSmallest(long k) {
        try (Scope scope = Scope.open()) {
            return torch.kthvalue(handle, k).get0().item_double();
        }
    }

    /** Whether no value is NaN or infinite. */
    public boolean isFinite() {
        try (Scope scope = Scope.open()) {
            // One pass that stops nothing: a sum is finite if all are; only a sum that is not deserves the exact
            // question.
            return !dtype().isFloating()
                    || Double.isFinite(handle.sum(new org.bytedeco.pytorch.ScalarTypeOptional(torch.ScalarType.Float))
                            .item_double())
                    || torch.isfinite(isByteFloat() ? to(DType.F32).handle : handle)
                            .all()
                            .item_bool();
        }
    }

    /** libtorch has few operations on 8-bit floats. */
    private boolean isByteFloat() {
        return dtype().bytes() == 1;
    }

    // ---- differentiation

    /** The same values without history, sharing memory. */
    public Tensor detach() {
        return new Tensor(handle.detach());
    }

    /** The same values as a leaf at which gradients add up, sharing memory. */
    public Tensor leaf() {
        Tensor leaf = detach();
        leaf.handle.requires_grad_(true);
        return leaf;
    }

    /** Whether it is a leaf or was computed from one, so that gradients reach it. */
    public boolean isLearned() {
        return handle.requires_grad();
    }

    /** Whether a gradient has arrived at this leaf. */
    public boolean hasGradient() {
        return isLearned() && handle.grad().defined();
    }

    /** The gradient that has added up at this leaf. */
    public Tensor gradient() {
        return new Tensor(handle.grad());
    }

    /** {@link #gradient()}, which leaves the leaf without one. */
    Tensor takeGradient() {
        Tensor gradient = new Tensor(handle.grad().detach());
        handle.mutable_grad().reset();
        return gradient;
    }

    public void backward() {
        handle.backward();
    }

    // ---- changing

    /** Overwrites a contiguous float32 vector with the array's beginning. */
    public void assign(float[] values) {
        try (Scope scope = Scope.open()) {
            buffer().asFloatBuffer().put(values, 0, Math.toIntExact(elements()));
        }
    }

    /** Overwrites the values. */
    public void assign(Tensor values) {
        handle.copy_(values.handle);
    }

    /** Adds {@code values} [n, ...] at these positions of the first dimension; this. Differentiable in the values. */
    public Tensor addAt(Tensor positions, Tensor values) {
        handle.index_add_(0, positions.handle, values.handle);
        return this;
    }

    /** {@code this = this + other}; this. */
    Tensor addInPlace(Tensor other) {
        handle.add_(other.handle);
        other.close();
        return this;
    }

    /** {@code this = one - other} of that shape, computed in the wider of the two types; this. */
    public Tensor assignDifference(Tensor one, Tensor other) {
        torch.sub_out(handle, one.handle, other.handle);
        return this;
    }

    /** {@code this = this + number * other}. */
    public void addInPlace(Tensor other, double number) {
        handle.add_(other.handle, new Scalar(number));
    }

    /** {@code this = (1 - weight) this + weight other}. */
    public void lerpInPlace(Tensor other, double weight) {
        handle.lerp_(other.handle, new Scalar(weight));
    }

    /** {@code this = this * number}. */
    public void mulInPlace(double number) {
        handle.mul_(new Scalar(number));
    }

    /** {@code this = this + number * a * b}. */
    public void addProductInPlace(Tensor a, Tensor b, double number) {
        handle.addcmul_(a.handle, b.handle, new Scalar(number));
    }

    /** {@code this = this + a . b} for matrices. */
    public void addMatrixProductInPlace(Tensor a, Tensor b) {
        handle.addmm_(a.handle, b.handle);
    }

    /** {@code this = this + number * a / b}. */
    public void addQuotientInPlace(Tensor a, Tensor b, double number) {
        handle.addcdiv_(a.handle, b.handle, new Scalar(number));
    }

    /** This tensor, which outlives its scope and ends when it is closed. */
    public Tensor retained() {
        handle.retainReference();
        return this;
    }

    @Override
    public void close() {
        handle.close();
    }

    @Override
    public String toString() {
        return dtype() + Arrays.toString(shape());
    }
}
