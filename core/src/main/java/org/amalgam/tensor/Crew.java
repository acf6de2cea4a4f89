package org.amalgam.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Those who do work that can be shared out. */
public interface Crew {

    /** The thread that asks, alone. */
    Crew ALONE = new Crew() {
        @Override
        public <T, R> List<R> deal(List<T> items, Function<T, R> work) {
            List<R> results = new ArrayList<>(items.size());
            items.forEach(item -> results.add(work.apply(item)));
            return results;
        }
    };

    /**
     * Does all the work and waits for it.
     *
     * @param work may run on any thread; scopes that it opens are its thread's own
     * @return the results in the items' order
     */
    <T, R> List<R> deal(List<T> items, Function<T, R> work);
}
