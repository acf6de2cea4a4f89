package org.amalgam.tensor;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.Consumer;

/**
 * A part of a flattened tensor: {@code length} elements from {@code start} on. What is computed span by span needs memory for a
 * few spans, whatever the size of the tensor.
 */
public record Span(long start, long length) {

    /**
     * Elements of a span: so few that a handful of them in float32 stays in a core's cache between two operations, so many that
     * an operation's own cost does not count.
     */
    public static final int ELEMENTS = 1 << 16;

    /** The spans of a tensor, in order; one empty span for a tensor without elements. */
    public static List<Span> of(long elements) {
        return new Spans(elements);
    }

    /** This span in order, in blocks of at most {@link Rows#ELEMENTS}. */
    public void forEachBlock(Consumer<Span> work) {
        for (long done = 0; done < length; done += Rows.ELEMENTS) {
            work.accept(new Span(start + done, Math.min(Rows.ELEMENTS, length - done)));
        }
    }

    /** All of a tensor. */
    public static Span whole(long elements) {
        return new Span(0, elements);
    }

    /** These elements of a tensor, as a vector; a view where the tensor is contiguous. */
    public Tensor of(Tensor tensor) {
        return tensor.flatten().slice(0, start, length);
    }

    private static final class Spans extends AbstractList<Span> implements RandomAccess {

        private final long elements;

        Spans(long elements) {
            this.elements = elements;
        }

        @Override
        public Span get(int index) {
            long start = (long) index * ELEMENTS;
            return new Span(start, Math.min(ELEMENTS, elements - start));
        }

        @Override
        public int size() {
            return Math.toIntExact(Math.max(1, (elements + ELEMENTS - 1) / ELEMENTS));
        }
    }
}
