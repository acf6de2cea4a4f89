package org.amalgam.golden;

import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.model.TokenIds;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Head;
import org.amalgam.pool.LinearHead;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.pool.ZeroShotHead;
import org.amalgam.tensor.Tensor;

import java.nio.file.Path;
import java.util.ArrayList;
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

    /** The models of a case: its base, and every input that has images or texts. */
    static ModelPool pool(GoldenCase golden) {
        Map<String, Path> experts = new LinkedHashMap<>();
        golden.inputs().stream()
                .filter(name -> golden.hasInput("pixel_values/" + name) || golden.hasInput("input_ids/" + name))
                .forEach(name -> experts.put(name, golden.folder(name)));
        return ModelPool.open(golden.folder("base"), experts);
    }

    static List<FixedTask> of(GoldenCase golden, ModelPool pool) {
        return golden.hasInput("input_ids/" + pool.tasks().get(0)) ? texts(golden, pool) : images(golden, pool);
    }

    private static List<FixedTask> texts(GoldenCase golden, ModelPool pool) {
        int width = pool.architecture().features().width();
        List<FixedTask> tasks = new ArrayList<>();
        for (String name : pool.tasks()) {
            Tensor ids = tokens(golden, name);
            // The cases have no labels, and what they check looks at none.
            Tensor unlabelled = Tensor.of(new long[Math.toIntExact(ids.size(0))], ids.size(0));
            tasks.add(new FixedTask(name, new Batch(ids, unlabelled), LinearHead.of(golden.folder(name), width)));
        }
        return tasks;
    }

    private static Tensor tokens(GoldenCase golden, String name) {
        Tensor ids = Hosts.tensor(golden.tensor("input_ids/" + name));
        Tensor mask = Hosts.tensor(golden.tensor("attention_mask/" + name));
        // (id + 1) mask - 1: what is masked becomes TokenIds.NONE = -1.
        Tensor one = TokenIds.present(ids);
        return ids.add(one).mul(mask).sub(one);
    }

    private static List<FixedTask> images(GoldenCase golden, ModelPool pool) {
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
