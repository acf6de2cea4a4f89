package org.amalgam.adapt;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.Map;

/** A first-order optimiser of a few float32 parameters. */
sealed interface Optimizer permits Adam, Sgd {

    /**
     * The optimiser of that name for these parameters.
     *
     * @throws AmalgamException if the name is neither adam nor sgd
     */
    static Optimizer of(String name, Weights parameters) {
        return switch (name) {
            case "adam" -> Adam.of(parameters);
            case "sgd" -> new Sgd();
            default -> throw new AmalgamException("method.optimizer: " + name + " is not offered; use adam or sgd");
        };
    }

    /**
     * Changes the parameters in place.
     *
     * @param leaves carry the gradients
     * @param step counted from 0
     */
    void step(Weights parameters, Weights leaves, long step, double learningRate);

    /** What must be saved beside the parameters so that a run can go on to the same bits. */
    Map<String, Weights> state();

    static Weights zeros(Weights parameters) {
        return parameters.map((name, tensor) -> Tensor.zeros(tensor.shape()));
    }
}
