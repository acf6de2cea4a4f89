package org.amalgam.pool;

import org.amalgam.checkpoint.LowRankUpdate;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.MappedFile;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;

import java.nio.file.Path;
import java.util.function.Function;

/**
 * A low-rank update of a matrix, as the product of two thin ones that are mapped: {@code scale * left * right}.
 *
 * @param left [rows, rank], in the file's type
 * @param right [rank, columns], in the file's type
 * @param slot of one of the factors, for errors
 */
record Update(Tensor left, Tensor right, double scale, TensorSlot slot) {

    static Update mapped(LowRankUpdate update, Function<Path, MappedFile> files) {
        Tensor down = Model.mapped(update.down(), files.apply(update.down().file()));
        Tensor up = Model.mapped(update.up(), files.apply(update.up().file()));
        return update.transposed()
                ? new Update(down.transpose(0, 1), up.transpose(0, 1), update.scale(), update.up())
                : new Update(up, down, update.scale(), update.up());
    }

    /** Bytes of both factors. */
    long bytes() {
        return left.bytes() + right.bytes();
    }

    /**
     * A span of the updated matrix, float32 [length]. Only the rows that the span touches are computed.
     *
     * @param theta the span of the matrix before, float32 [length]
     */
    Tensor added(Tensor theta, Span span) {
        long columns = right.size(1);
        long first = span.start() / columns;
        long rows = (span.start() + span.length() + columns - 1) / columns - first;
        Tensor product = left.slice(0, first, rows).to(DType.F32).matmul(right.to(DType.F32));
        Tensor own = new Span(span.start() - first * columns, span.length()).of(product);
        return theta.add(own.mul(scale));
    }
}
