package org.amalgam.merge;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

/** Spherical linear interpolation (Shoemake, Animating rotation with quaternion curves, SIGGRAPH 1985), tensor by tensor. */
public final class Slerp {

    private Slerp() {}

    /**
     * The tensor at {@code t} on the way from {@code from} to {@code to}. Directions decide the weights, which are then applied
     * to the tensors as they are, as in the reference; so norms are interpolated too.
     *
     * @param from of any shape; {@code to} has the same
     * @param t 0 gives {@code from}, 1 gives {@code to}
     * @param threshold above this cosine, or below its negative, the way is a straight line
     * @param epsilon a norm up to this counts as 0: the tensor is then not normalised
     */
    public static Tensor at(double t, Tensor from, Tensor to, double threshold, double epsilon) {
        double cosine = unit(from, epsilon).mul(unit(to, epsilon)).sum().item();
        if (Math.abs(cosine) > threshold) {
            return from.mul(1 - t).add(to.mul(t));
        }
        double angle = Math.acos(cosine);
        return from.mul(Math.sin((1 - t) * angle) / Math.sin(angle)).add(to.mul(Math.sin(t * angle) / Math.sin(angle)));
    }

    /** In float64: near parallel tensors the angle is the root of what the cosine lacks to 1. */
    private static Tensor unit(Tensor tensor, double epsilon) {
        Tensor flat = tensor.to(DType.F64).flatten();
        double norm = flat.norm(0).item();
        return norm > epsilon ? flat.mul(1 / norm) : flat;
    }
}
