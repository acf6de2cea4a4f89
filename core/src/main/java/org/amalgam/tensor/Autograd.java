package org.amalgam.tensor;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

import java.util.List;

/** Switches of automatic differentiation. */
public final class Autograd {

    private Autograd() {}

    /** Whether this thread records what a backward pass needs. */
    public static boolean isOn() {
        Natives.load();
        return GradMode.is_enabled();
    }

    /** Until closed, nothing is recorded for a backward pass on this thread. */
    public static Off off() {
        Natives.load();
        return new Off(GradMode.is_enabled());
    }

    /** Restores what {@link #off} switched off. */
    public static final class Off implements AutoCloseable {
        private final boolean before;

        private Off(boolean before) {
            this.before = before;
            GradMode.set_enabled(false);
        }

        @Override
        public void close() {
            GradMode.set_enabled(before);
        }
    }

    /**
     * Continues a backward pass through {@code outputs} with the gradients that arrived at them; gradients add up at the leaves.
     *
     * @param outputs tensors with a recorded history
     * @param gradients one for each output, of its shape
     * @param again whether the recorded history stays for another pass
     */
    public static void backward(List<Tensor> outputs, List<Tensor> gradients, boolean again) {
        try (Scope scope = Scope.open()) {
            torch.backward(vector(outputs), vector(gradients), new BoolOptional(again), false, new TensorVector());
        }
    }

    static TensorVector vector(List<Tensor> tensors) {
        TensorVector vector = new TensorVector(tensors.size());
        for (int i = 0; i < tensors.size(); i++) {
            vector.put(i, tensors.get(i).handle());
        }
        return vector;
    }
}
