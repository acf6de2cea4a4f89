package org.amalgam.merge;

import java.util.List;

/** Task vectors made of others of the same names and sizes. */
abstract class Derived implements TaskMatrices {

    private final TaskMatrices before;

    Derived(TaskMatrices before) {
        this.before = before;
    }

    @Override
    public List<String> names() {
        return before.names();
    }

    @Override
    public int tasks() {
        return before.tasks();
    }

    @Override
    public long elements(String name) {
        return before.elements(name);
    }
}
