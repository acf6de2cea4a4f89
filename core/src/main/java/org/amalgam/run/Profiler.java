package org.amalgam.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Adds up where a run's time goes, twice: by actions, whose names are the reference's, so that its tables and these can be
 * compared; and by the {@link Part parts} of a run, each with the work done in it.
 */
public final class Profiler {

    /** The calls of one action and the time in them. */
    public record Entry(String action, long calls, double seconds) {}

    /** The time of a part, without that of parts inside it, and what was done in it. */
    public record PartTime(Part part, double seconds, Work work) {}

    private record Sum(long calls, long nanos) {
        Sum plus(Sum more) {
            return new Sum(calls + more.calls, nanos + more.nanos);
        }
    }

    private final Map<String, Sum> sums = new LinkedHashMap<>();
    private final Map<Part, Long> partNanos = new EnumMap<>(Part.class);
    private final Map<Part, Work> works = new EnumMap<>(Part.class);
    private final Deque<Part> open = new ArrayDeque<>();
    private long since;

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

    /** A part that is going on. */
    public interface Clock extends AutoCloseable {
        @Override
        void close();
    }

    /** Begins a part of the run; the clock of the part around it stands still. Parts are begun by one thread at a time. */
    public Clock begin(Part part) {
        charge();
        open.push(part);
        return () -> {
            charge();
            open.pop();
        };
    }

    /** Does a part of the run. */
    public <T> T part(Part part, Supplier<T> work) {
        try (Clock clock = begin(part)) {
            return work.get();
        }
    }

    /** Gives the time since the last change to the part that is open. */
    private synchronized void charge() {
        long now = System.nanoTime();
        if (!open.isEmpty()) {
            partNanos.merge(open.peek(), now - since, Long::sum);
        }
        since = now;
    }

    /** Adds to what was done in a part. */
    public synchronized void did(Part part, Work work) {
        works.merge(part, work, Work::plus);
    }

    /** Every part that was entered, in the order of {@link Part}. */
    public synchronized List<PartTime> parts() {
        return partNanos.entrySet().stream()
                .map(e -> new PartTime(e.getKey(), e.getValue() / 1e9, works.getOrDefault(e.getKey(), Work.NONE)))
                .toList();
    }

    /** Every action so far, in the order of first use. */
    public List<Entry> entries() {
        return sums.entrySet().stream()
                .map(e ->
                        new Entry(e.getKey(), e.getValue().calls(), e.getValue().nanos() / 1e9))
                .toList();
    }
}
