package org.amalgam.method;

import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Magnitudes;
import org.amalgam.tensor.Span;

/**
 * A method whose result is a function of the models' numbers alone, computed span by span: held in memory where it is judged,
 * written to a file as it is computed where it is only saved. It reads numbers through {@link org.amalgam.pool.Model#values} and
 * {@link ModelPool#taskMatrices}, which refuse what is not finite, so the pool need not look at them beforehand.
 */
public interface StaticMethod extends Method {

    /** The merged model. What must be known of whole models is found out here; the rest is computed when it is looked at. */
    LazyWeights merged(ModelPool pool, Run run);

    @Override
    default MergedModel merge(ModelPool pool, Run run) {
        return MergedModel.of(merged(pool, run));
    }

    /** Spans in flight on every worker; a merged model that is held comes on top, wherever it is. */
    @Override
    default long memory(ModelPool pool, Run run) {
        return memoryOfSpans(pool, run);
    }

    private static long memoryOfSpans(ModelPool pool, Run run) {
        long matrices = 8;
        long span = matrices * (pool.experts().size() + 1) * Span.ELEMENTS * Float.BYTES;
        return run.workers().count() * span;
    }

    /** {@link #memory} where cut-offs are sought: each worker counts magnitudes in tables of its own. */
    default long memoryWithCutoffs(ModelPool pool, Run run) {
        long tables = (long) pool.experts().size() * Magnitudes.MOST_BETWEEN * Magnitudes.LOWER * Long.BYTES;
        return memoryOfSpans(pool, run) + (run.workers().count() + 1) * tables;
    }
}
