package org.amalgam.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Adds up where a run's time goes. The actions' names are the reference's, so that its tables and these can be compared. */
public final class Profiler {

    /** The calls of one action and the time in them. */
    public record Entry(String action, long calls, double seconds) {}

    private record Sum(long calls, long nanos) {
        Sum plus(Sum more) {
            return new Sum(calls + more.calls, nanos + more.nanos);
        }
    }

    private final Map<String, Sum> sums = new LinkedHashMap<>();

    /** Does the work and adds its time to the action's. */
    public <T> T measure(String action, Supplier<T> work) {
        long start = System.nanoTime();
        try {
            return work.get();
        } finally {
            add(action, 1, System.nanoTime() - start);
        }
    }

    /** Does the work and adds its time to the action's. */
    public void measure(String action, Runnable work) {
        measure(action, () -> {
            work.run();
            return null;
        });
    }

    /** Adds calls that were timed elsewhere: for workers side by side, their mean time. */
    public void add(String action, long calls, long nanos) {
        sums.merge(action, new Sum(calls, nanos), Sum::plus);
    }

    /** Every action so far, in the order of first use. */
    public List<Entry> entries() {
        return sums.entrySet().stream()
                .map(e ->
                        new Entry(e.getKey(), e.getValue().calls(), e.getValue().nanos() / 1e9))
                .toList();
    }
}
