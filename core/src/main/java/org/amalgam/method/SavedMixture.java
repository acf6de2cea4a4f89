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
        Path folder = path.orElseThrow(() -> new AmalgamException(
                "method.path: which mixture? Give the folder that merged_model_save_path named when it was made"));
        Mixture mixture = run.profiler()
                .measure("loading model", () -> MixtureFile.open(folder).read(pool));
        return MergedModel.of(mixture).withNotes(List.of(Sizes.of(mixture, pool)));
    }

    /** Its tensors are mapped. */
    @Override
    public long memory(ModelPool pool, Run run) {
        return 0;
    }
}
