package org.amalgam.nn;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;

/** Activation functions by the names that model configurations use ({@code hidden_act}). */
public enum Activation implements Layer {
    QUICK_GELU {
        @Override
        public Tensor apply(Tensor x) {
            return Functional.quickGelu(x);
        }
    },
    GELU {
        @Override
        public Tensor apply(Tensor x) {
            return Functional.gelu(x);
        }
    };

    /**
     * The function of that name.
     *
     * @param where what the error names: the configuration file
     * @throws AmalgamException if the name is none of these
     */
    public static Activation of(String name, String where) {
        return switch (name) {
            case "quick_gelu" -> QUICK_GELU;
            case "gelu" -> GELU;
            default -> throw new AmalgamException(where + ": hidden_act is " + name + ", expected quick_gelu or gelu");
        };
    }
}
