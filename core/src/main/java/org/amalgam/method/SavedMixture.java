package org.amalgam.method;

import org.amalgam.mixture.Mixture;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;

import java.nio.file.Path;

/** A mixture of experts that an earlier run saved, brought back to be judged. */
public record SavedMixture(
        @Setting(help = "folder that merged_model_save_path named when the mixture was made")
        Path path) implements Method {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        Mixture mixture = run.profiler()
                .measure("loading model", () -> MixtureFile.open(path).read(pool));
        return MergedModel.of(mixture);
    }

    /** Its tensors are mapped. */
    @Override
    public long memory(ModelPool pool, Run run) {
        return 0;
    }
}
