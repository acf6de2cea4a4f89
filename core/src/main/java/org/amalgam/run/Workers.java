package org.amalgam.run;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.Natives;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A few threads that each compute with one core. Several samples at once on a core each beat one after the other on all cores:
 * nobody waits for anybody within an operation, and small matrices have nothing to share out.
 *
 * <p>Work is dealt in turn, so which worker does what, and with it every rounding, depends on the number of workers alone.
 */
public final class Workers implements Crew, AutoCloseable {

    /** The process is about to end: native code that still computes when the libraries are torn down crashes. */
    private static volatile boolean ending;

    private final int count;
    private final ExecutorService threads;

    /** Whether products may use all cores: never while workers compute. */
    private volatile boolean together;

    private Workers(int count) {
        this.count = count;
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(count, count, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "worker");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
    }

    /** So many workers, at least 1. */
    public static Workers of(int count) {
        return new Workers(Math.max(1, count));
    }

    /** One worker a processor that this process may use. */
    public static Workers ofThisMachine() {
        return of(Runtime.getRuntime().availableProcessors());
    }

    /** Thrown out of {@link #deal} when the process is about to end. */
    public static final class Ending extends RuntimeException {
        Ending() {
            super("the process is ending", null, false, false);
        }
    }

    /** From now on no worker takes up another item: the process is about to end. */
    public static void end() {
        ending = true;
    }

    public int count() {
        return count;
    }

    /**
     * Does all the work and waits for it. Item {@code i} is worker {@code i mod count}'s, and each does its items in order.
     *
     * @param work gets the worker's number and the item; scopes that it opens are its thread's own
     * @return the results in the items' order
     * @throws AmalgamException what a worker threw, after which no other takes up another item; other exceptions likewise. So
     *     too where the caller is interrupted, which still waits for the items that are being worked on
     */
    public <T, R> List<R> deal(List<T> items, BiFunction<Integer, T, R> work) {
        if (!together) {
            return dealt(items, work);
        }
        Natives.productThreads(1);
        try {
            return dealt(items, work);
        } finally {
            Natives.productThreads(count);
        }
    }

    private <T, R> List<R> dealt(List<T> items, BiFunction<Integer, T, R> work) {
        List<Future<List<R>>> futures = new ArrayList<>();
        AtomicBoolean stopped = new AtomicBoolean();
        for (int worker = 0; worker < Math.min(count, items.size()); worker++) {
            int mine = worker;
            futures.add(threads.submit(() -> {
                List<R> results = new ArrayList<>();
                boolean complete = false;
                try {
                    for (int i = mine; i < items.size() && !stopped.get(); i += count) {
                        if (ending) {
                            throw new Ending();
                        }
                        results.add(work.apply(mine, items.get(i)));
                    }
                    complete = true;
                } finally {
                    if (!complete) {
                        stopped.set(true);
                    }
                }
                return results;
            }));
        }
        settle(futures, stopped);
        List<List<R>> done = futures.stream().map(Workers::result).toList();
        List<R> inOrder = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            inOrder.add(done.get(i % count).get(i / count));
        }
        return inOrder;
    }

    @Override
    public <T, R> List<R> deal(List<T> items, Function<T, R> work) {
        return deal(items, (worker, item) -> work.apply(item));
    }

    /** Does one thing on all cores while the workers rest: for what is a single large product, such as a merge. */
    public <R> R together(Supplier<R> work) {
        if (ending) {
            throw new Ending();
        }
        Natives.productThreads(count);
        together = true;
        try {
            return work.get();
        } finally {
            together = false;
            Natives.productThreads(1);
        }
    }

    /** Waits for the work's end, whatever it is: what it uses must outlive it. */
    private static <R> void settle(List<Future<List<R>>> futures, AtomicBoolean stopped) {
        Optional<InterruptedException> interrupted = Optional.empty();
        for (Future<?> future : futures) {
            while (!future.isDone()) {
                try {
                    future.get();
                } catch (ExecutionException told) {
                    break;
                } catch (InterruptedException e) {
                    stopped.set(true);
                    interrupted = Optional.of(e);
                }
            }
        }
        if (interrupted.isPresent()) {
            Thread.currentThread().interrupt();
            throw new AmalgamException("interrupted while computing", interrupted.get());
        }
    }

    /** Of work that is done. */
    private static <R> R result(Future<R> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            if (e.getCause() instanceof Error fault) {
                throw fault;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
