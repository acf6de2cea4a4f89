package org.amalgam.method;

import org.amalgam.mixture.Mixture;
import org.amalgam.mixture.ParameterCount;
import org.amalgam.pool.ModelPool;

import java.util.Locale;

/** How large a mixture is beside the models that it is made of. */
final class Sizes {

    private Sizes() {}

    /** In a sentence. */
    static String of(Mixture mixture, ModelPool pool) {
        ParameterCount count = mixture.parameters();
        long single = pool.architecture().elements();
        int models = pool.tasks().size();
        long saved = count.saved(models, single);
        return String.format(
                Locale.ROOT,
                "The mixture has %,d parameters, %.2f times those of one model (%,d); %,d %s than %d separate models.",
                count.total(),
                (double) count.total() / single,
                single,
                Math.abs(saved),
                saved < 0 ? "more" : "fewer",
                models);
    }
}
