package org.amalgam.tensor;

import org.bytedeco.javacpp.PointerScope;

/**
 * Owner of native memory: every tensor that this thread makes while a scope is open ends with the innermost open scope, unless
 * {@link #keep} hands it to the scope around. Scopes nest like blocks and close in the reverse order of their opening.
 */
public final class Scope implements AutoCloseable {

    private final PointerScope outer;
    private final PointerScope inner;

    private Scope() {
        Natives.load();
        this.outer = PointerScope.getInnerScope();
        this.inner = new PointerScope();
    }

    public static Scope open() {
        return new Scope();
    }

    /** Hands a tensor that was made in this scope to the scope around it; without one, to whoever closes it. */
    public Tensor keep(Tensor tensor) {
        if (outer == null) {
            tensor.handle().retainReference();
        } else {
            outer.attach(tensor.handle());
        }
        inner.detach(tensor.handle());
        return tensor;
    }

    /** Hands every tensor of the map to the scope around this one. */
    public Weights keep(Weights weights) {
        weights.tensors().forEach(this::keep);
        return weights;
    }

    @Override
    public void close() {
        inner.close();
    }
}
