package org.amalgam.adapt;

import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;

import java.util.Map;

/** Plain gradient descent. */
record Sgd() implements Optimizer {

    @Override
    public void step(Weights parameters, Weights leaves, long step, double learningRate) {
        try (Autograd.Off off = Autograd.off();
                Scope scope = Scope.open()) {
            parameters.entries().forEach((name, parameter) -> {
                if (leaves.get(name).hasGradient()) {
                    parameter.assign(parameter.add(leaves.get(name).gradient().mul(-learningRate)));
                }
            });
        }
    }

    @Override
    public Map<String, Weights> state() {
        return Map.of();
    }
}
