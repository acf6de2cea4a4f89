package org.amalgam.nn;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;

/**
 * Activation functions by the names that model configurations use ({@code hidden_act}, {@code activation_function}). One may
 * overwrite its argument, which the layer before has just made.
 */
public enum Activation implements Layer {
    QUICK_GELU("quick_gelu") {
        @Override
        public Tensor apply(Tensor x) {
            return Functional.quickGeluInPlace(x);
        }
    },
    GELU("gelu") {
        @Override
        public Tensor apply(Tensor x) {
            return Functional.gelu(x);
        }
    },
    /** GPT-2's approximation of it. */
    GELU_TANH("gelu_new") {
        @Override
        public Tensor apply(Tensor x) {
            return Functional.tanhGelu(x);
        }
    };

    private final String label;

    Activation(String label) {
        this.label = label;
    }

    /** Its name as configurations write it; the first, where it has several. */
    public String label() {
        return label;
    }

    /**
     * The function of that name.
     *
     * @param where what the error names: the configuration file
     * @param key the setting, for the error
     * @throws AmalgamException if the name is none of these
     */
    public static Activation of(String name, String where, String key) {
        return switch (name) {
            case "quick_gelu" -> QUICK_GELU;
            case "gelu" -> GELU;
            case "gelu_new", "gelu_pytorch_tanh" -> GELU_TANH;
            default ->
                throw new AmalgamException(
                        where + ": " + key + " is " + name + ", expected quick_gelu, gelu or gelu_new");
        };
    }
}
