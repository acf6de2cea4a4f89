package org.amalgam.merge;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

/**
 * Spherical linear interpolation between two tensors (Shoemake, Animating rotation with quaternion curves, SIGGRAPH 1985), whose
 * directions decide how much of each is taken.
 *
 * @param fromShare what the tensor at 0 is multiplied with
 * @param toShare the same for that at 1
 */
public record Slerp(double fromShare, double toShare) {

    /**
     * What must be known of two tensors as wholes; adds up over their spans.
     *
     * @param from squared L2 norm of the tensor at 0
     * @param to the same of that at 1
     * @param product their scalar product
     */
    public record Products(double from, double to, double product) {

        /** Of two vectors of one length; in float64, since near parallel tensors the angle is the root of what the cosine lacks to 1. */
        public static Products of(Tensor from, Tensor to) {
            Tensor a = from.to(DType.F64);
            Tensor b = to.to(DType.F64);
            return new Products(
                    a.mul(a).sum().item(), b.mul(b).sum().item(), a.mul(b).sum().item());
        }

        public Products plus(Products other) {
            return new Products(from + other.from, to + other.to, product + other.product);
        }

        /** The cosine of the angle between them, where both are normalised: a norm up to epsilon counts as 0 and is not. */
        double cosine(double epsilon) {
            return product / divisor(from, epsilon) / divisor(to, epsilon);
        }

        private static double divisor(double square, double epsilon) {
            double norm = Math.sqrt(square);
            return norm > epsilon ? norm : 1;
        }
    }

    /**
     * The shares at {@code t} on the way. They are applied to the tensors as they are, as in the reference; so norms are
     * interpolated too.
     *
     * @param t 0 gives {@code from}, 1 gives {@code to}
     * @param threshold above this cosine, or below its negative, the way is a straight line
     * @param epsilon a norm up to this counts as 0: the tensor is then not normalised
     */
    public static Slerp at(double t, Products products, double threshold, double epsilon) {
        double cosine = products.cosine(epsilon);
        if (Math.abs(cosine) > threshold) {
            return new Slerp(1 - t, t);
        }
        double angle = Math.acos(cosine);
        return new Slerp(Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle));
    }

    /** The tensor between; of any spans of the two. */
    public Tensor between(Tensor from, Tensor to) {
        return from.mul(fromShare).add(to.mul(toShare));
    }
}
