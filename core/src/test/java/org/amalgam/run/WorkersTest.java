package org.amalgam.run;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WorkersTest {

    /** What workers use belongs to the caller, which ends it when it goes on. */
    @Test
    void anInterruptedCallerWaitsForWhatIsBeingWorkedOn() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger finished = new AtomicInteger();
        AtomicBoolean flagged = new AtomicBoolean();
        try (Workers workers = Workers.of(2)) {
            Thread caller = new Thread(() -> {
                assertThatThrownBy(() -> workers.deal(List.of(1, 2, 3, 4), item -> {
                            begun.countDown();
                            await(released);
                            return finished.incrementAndGet();
                        }))
                        .isInstanceOf(AmalgamException.class)
                        .hasMessage("interrupted while computing");
                flagged.set(Thread.currentThread().isInterrupted() && finished.get() == 2);
            });
            caller.start();
            begun.await();
            caller.interrupt();
            caller.join(500);
            assertThat(caller.isAlive()).isTrue();
            released.countDown();
            caller.join();
        }
        assertThat(finished).hasValue(2);
        assertThat(flagged).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
