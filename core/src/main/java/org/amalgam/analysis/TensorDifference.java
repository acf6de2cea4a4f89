package org.amalgam.analysis;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

/**
 * Two tensors of one shape beside each other. Adds up over spans, and over tensors.
 *
 * @param elements scalars of each
 * @param from squared norm of the first
 * @param to squared norm of the second
 * @param product their scalar product
 * @param difference squared norm of the second less the first
 * @param agreeing elements of one sign in both
 * @param signed elements that have a sign, in one of them at least
 */
public record TensorDifference(
        long elements, double from, double to, double product, double difference, double agreeing, double signed) {

    static final TensorDifference NONE = new TensorDifference(0, 0, 0, 0, 0, 0, 0);

    /** Of two vectors of one length; in float64, since near equal ones differ in their last digits. */
    static TensorDifference of(Tensor from, Tensor to) {
        Tensor a = from.to(DType.F64);
        Tensor b = to.to(DType.F64);
        Tensor d = b.sub(a);
        Tensor signA = a.sign();
        Tensor signB = b.sign();
        Tensor both = signA.mul(signB);
        double common = both.abs().sum().item();
        return new TensorDifference(
                a.elements(),
                a.mul(a).sum().item(),
                b.mul(b).sum().item(),
                a.mul(b).sum().item(),
                d.mul(d).sum().item(),
                (both.sum().item() + common) / 2,
                signA.abs().sum().item() + signB.abs().sum().item() - common);
    }

    TensorDifference plus(TensorDifference other) {
        return new TensorDifference(
                elements + other.elements,
                from + other.from,
                to + other.to,
                product + other.product,
                difference + other.difference,
                agreeing + other.agreeing,
                signed + other.signed);
    }

    /** Norm of the first. */
    public double norm() {
        return Math.sqrt(from);
    }

    /** Norm of the difference. */
    public double absolute() {
        return Math.sqrt(difference);
    }

    /** Norm of the difference, in norms of the first; infinite where the first is 0 and the second is not, 0 where both are. */
    public double relative() {
        return difference == 0 ? 0 : Math.sqrt(difference / from);
    }

    /** Cosine of the angle between them; NaN where one is 0. */
    public double cosine() {
        return product / Math.sqrt(from) / Math.sqrt(to);
    }

    /** Share of the elements with a sign that have the same in both; NaN where none has one. */
    public double agreement() {
        return agreeing / signed;
    }
}
