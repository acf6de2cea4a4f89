package org.amalgam.method;

import org.amalgam.merge.Composition;
import org.amalgam.merge.Composition.Consensus;
import org.amalgam.merge.MergeFunction;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Weights;

import java.util.List;

/** {@code theta_0 + s sum_k tau_k} (Ilharco et al., Editing Models with Task Arithmetic, ICLR 2023). */
public record TaskArithmetic(
        @Setting(value = "0.3", help = "s, the factor of the summed task vectors; any number, 0 gives the ancestor")
        double scalingFactor)
        implements StaticMethod {

    private static final Composition SUM = new Composition(List.of(), Consensus.NONE, MergeFunction.SUM);

    @Override
    public LazyWeights merged(ModelPool pool, Run run) {
        return merged(pool);
    }

    /** The merged parameters in memory. */
    Weights held(ModelPool pool) {
        return merged(pool).held(Crew.ALONE);
    }

    private LazyWeights merged(ModelPool pool) {
        return Composed.of(pool, SUM, scalingFactor, List.of(), Crew.ALONE);
    }
}
