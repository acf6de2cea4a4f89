package org.amalgam.adapt;

import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

/**
 * Adam (Kingma and Ba, ICLR 2015) with the reference's constants: beta 0.9 and 0.999, epsilon 1e-8, no weight decay. Changes
 * the parameters and its two moments in place: they outlive a step, everything else does not.
 */
record Adam(Weights firstMoments, Weights secondMoments) implements Optimizer {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    static Adam of(Weights parameters) {
        return new Adam(Optimizer.zeros(parameters), Optimizer.zeros(parameters));
    }

    @Override
    public void step(Weights parameters, Weights leaves, long step, double learningRate) {
        double correction1 = 1 - Math.pow(BETA1, step + 1.0);
        double correction2 = Math.sqrt(1 - Math.pow(BETA2, step + 1.0));
        try (Autograd.Off off = Autograd.off();
                Scope scope = Scope.open()) {
            parameters.entries().forEach((name, parameter) -> {
                if (!leaves.get(name).hasGradient()) {
                    return;
                }
                Tensor gradient = leaves.get(name).gradient();
                Tensor first = firstMoments.get(name);
                Tensor second = secondMoments.get(name);
                first.lerpInPlace(gradient, 1 - BETA1);
                second.mulInPlace(BETA2);
                second.addProductInPlace(gradient, gradient, 1 - BETA2);
                Tensor root = second.sqrt().mul(1 / correction2).add(EPSILON);
                parameter.addQuotientInPlace(first, root, -learningRate / correction1);
            });
        }
    }

    @Override
    public java.util.Map<String, Weights> state() {
        return java.util.Map.of("adam.first", firstMoments, "adam.second", secondMoments);
    }
}
