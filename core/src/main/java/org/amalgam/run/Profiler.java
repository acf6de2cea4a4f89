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
        Sum plus(long more) {
            return new Sum(calls + 1, nanos + more);
        }
    }

    private final Map<String, Sum> sums = new LinkedHashMap<>();

    /** Does the work and adds its time to the action's. */
    public <T> T measure(String action, Supplier<T> work) {
        long start = System.nanoTime();
        try {
            return work.get();
        } finally {
            long nanos = System.nanoTime() - start;
            sums.merge(action, new Sum(1, nanos), (sum, one) -> sum.plus(one.nanos()));
        }
    }

    /** Does the work and adds its time to the action's. */
    public void measure(String action, Runnable work) {
        measure(action, () -> {
            work.run();
            return null;
        });
    }

    /** Every action so far, in the order of first use. */
    public List<Entry> entries() {
        return sums.entrySet().stream()
                .map(e ->
                        new Entry(e.getKey(), e.getValue().calls(), e.getValue().nanos() / 1e9))
                .toList();
    }
}
