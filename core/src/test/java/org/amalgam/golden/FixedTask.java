package org.amalgam.golden;

import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Head;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.pool.ZeroShotHead;
import org.amalgam.tensor.Tensor;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The one batch that a case has of a task. */
record FixedTask(String name, Batch all, Head head) implements Task {
    @Override
    public int size() {
        return all.samples();
    }

    @Override
    public Batch batch(int[] rows) {
        return all;
    }

    @Override
    public String fingerprint() {
        return name;
    }

    /** The models of a case: its base, and every input that has images. */
    static ModelPool pool(GoldenCase golden) {
        Map<String, Path> experts = new LinkedHashMap<>();
        golden.inputs().stream()
                .filter(name -> golden.hasInput("pixel_values/" + name))
                .forEach(name -> experts.put(name, golden.folder(name)));
        return ModelPool.open(golden.folder("base"), experts);
    }

    static List<FixedTask> of(GoldenCase golden, ModelPool pool) {
        Checkpoint base = pool.ancestor().checkpoint();
        Tensor projection =
                Hosts.tensor(base.slots().get("visual_projection.weight").tensor());
        double scale = Math.exp(base.slots().get("logit_scale").tensor().toDoubles()[0]);
        return pool.tasks().stream()
                .map(name -> new FixedTask(
                        name,
                        new Batch(
                                Hosts.tensor(golden.tensor("pixel_values/" + name)),
                                Hosts.tensor(golden.tensor("labels/" + name))),
                        new ZeroShotHead(projection, Hosts.tensor(golden.tensor("text_features/" + name)), scale)))
                .toList();
    }
}
