package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Adaptation.Adapted;
import org.amalgam.adapt.Learner;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.merge.Composition;
import org.amalgam.merge.MergeFunction;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.merge.TaskVectors;
import org.amalgam.method.AdaMerging;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Task-wise and layer-wise AdaMerging and AdaMerging++: losses, gradients, coefficients step by step, and the merged model. */
final class AdaMergingCheck implements Check {

    private static final String COEFFICIENTS = "merging_weights";

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.group().equals("adamerging");
    }

    @Override
    public void run(GoldenCase golden) {
        try (Scope scope = Scope.open()) {
            ModelPool pool = FixedTask.pool(golden);
            List<FixedTask> tasks = FixedTask.of(golden, pool);
            AdaMerging method = method(golden.settings());
            TaskVectors vectors = pool.taskVectors();
            if (golden.settings().has("ties_threshold")) {
                Magnitude trimming = Magnitude.ofThreshold(
                        "ties_threshold",
                        golden.settings().path("ties_threshold").asDouble(),
                        Extent.MODEL);
                Composition ties = Composition.ties(trimming, MergeFunction.SUM);
                vectors = TaskVectors.held(vectors.ancestor(), ties.taskVectors(vectors, Crew.ALONE));
                for (int k = 0; k < pool.tasks().size(); k++) {
                    String name = "trimmed_task_vector/" + pool.tasks().get(k);
                    if (golden.expected().contains(name)) {
                        golden.expectState(name, Hosts.state(vectors.taskVector(k)));
                    }
                }
            }
            Learner learner = method.learner(vectors, pool.architecture());
            gradient(golden, method, learner, tasks);
            adaptation(golden, method, learner, tasks, pool);
        }
    }

    /** One plain descent step of length 1 moves the coefficients by their gradient. */
    private static void gradient(GoldenCase golden, AdaMerging method, Learner learner, List<FixedTask> tasks) {
        Adapted one = new Adaptation("sgd", 1, tasks.get(0).size(), 1, false, 5)
                .learn(learner, method.objective(), tasks, quiet());
        Tensor before = learner.start().get(COEFFICIENTS);
        golden.expect(
                "grad_step1/merge_weight",
                Hosts.host(before.sub(one.parameters().get(COEFFICIENTS))));
    }

    private static void adaptation(
            GoldenCase golden, AdaMerging method, Learner learner, List<FixedTask> tasks, ModelPool pool) {
        int steps = golden.settings().path("steps").asInt();
        double lr = golden.settings().path("lr").asDouble();
        List<HostTensor> history = new ArrayList<>();
        Learner recording = new Learner(learner.start(), learner.merge(), learner.network(), parameters -> {
            history.add(Hosts.host(parameters.get(COEFFICIENTS)));
            return learner.probe().apply(parameters);
        });
        Adapted adapted = new Adaptation("adam", lr, tasks.get(0).size(), steps, false, 5)
                .learn(recording, method.objective(), tasks, quiet());
        float[] losses = new float[steps * tasks.size()];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = adapted.trace()
                    .steps()
                    .get(i / tasks.size())
                    .losses()
                    .get(i % tasks.size())
                    .floatValue();
        }
        golden.expect("losses", HostTensor.ofFloats(losses, steps, tasks.size()));
        golden.expect(
                "params_after_each_step/merge_weight",
                Hosts.host(Tensor.stack(history.stream().map(Hosts::tensor).toList())));
        try (Autograd.Off off = Autograd.off()) {
            Weights merged = learner.merge().apply(adapted.parameters());
            for (FixedTask task : tasks) {
                if (!golden.expected().contains("final_logits/" + task.name())) {
                    continue;
                }
                Tensor features =
                        pool.architecture().encoder(merged).features(task.all().inputs());
                golden.expect(
                        "final_logits/" + task.name(), Hosts.host(task.head().logits(features)));
            }
            Map<String, HostTensor> state = Hosts.state(merged);
            state.keySet().retainAll(golden.expectedKeys("merged_state"));
            golden.expectState("merged_state", state);
        }
    }

    private static AdaMerging method(JsonNode settings) {
        JsonNode init = settings.path("init_values");
        Map<String, Object> values = new LinkedHashMap<>();
        values.put(
                "name",
                (settings.path("family").asText().equals("gpt2") ? "gpt2_" : "clip_")
                        + settings.path("granularity").asText("layer") + "_wise_adamerging");
        values.put("init_values", init.isNull() ? null : init.asDouble());
        values.put("clamp_weights", settings.path("clamp_weights").asBoolean());
        return Settings.bind(AdaMerging.class, values);
    }

    private static Run quiet() {
        return Run.quiet(0, Path.of("target"));
    }
}
