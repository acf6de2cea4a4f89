package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.mixture.Mixture;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A mixture of experts that an earlier run saved, brought back to be judged. */
public record SavedMixture(
        @Setting(
                value = "null",
                help = "folder that merged_model_save_path named when the mixture was made; must be given")
        Optional<Path> path)
        implements Method {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        Mixture mixture = run.profiler().measure("loading model", () -> file().read(pool));
        return MergedModel.of(mixture).withNotes(List.of(Sizes.of(mixture, pool)));
    }

    @Override
    public void requireFit(ModelPool pool) {
        Method.super.requireFit(pool);
        file().requireTasks(pool);
    }

    private MixtureFile file() {
        return MixtureFile.open(path.orElseThrow(() -> new AmalgamException(
                "method.path: which mixture? Give the folder that merged_model_save_path named when it was made")));
    }

    /** Its tensors are mapped. */
    @Override
    public long memory(ModelPool pool, Run run) {
        return 0;
    }
}
