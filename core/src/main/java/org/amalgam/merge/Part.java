package org.amalgam.merge;

import org.amalgam.merge.TaskMatrices.RowReader;
import org.amalgam.tensor.Rows;
import org.amalgam.tensor.Span;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** A span of a parameter's task vectors: what a pass over models is dealt out in. */
record Part(RowReader reader, Span span) {

    /** All of those parameters. */
    static List<Part> of(TaskMatrices vectors, List<String> names) {
        List<Part> parts = new ArrayList<>();
        for (String name : names) {
            RowReader reader = vectors.rows(name);
            Span.of(vectors.elements(name)).forEach(span -> parts.add(new Part(reader, span)));
        }
        return parts;
    }

    /** Reads block after block into the rows; the work gets each block's length. */
    void forEachBlock(Rows rows, IntConsumer work) {
        span.forEachBlock(block -> {
            reader.read(block, rows);
            work.accept((int) block.length());
        });
    }
}
