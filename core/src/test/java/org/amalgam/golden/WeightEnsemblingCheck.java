package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Adaptation.Adapted;
import org.amalgam.adapt.Learner;
import org.amalgam.adapt.Objective;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.method.ConstantRouting;
import org.amalgam.method.RouterLearning;
import org.amalgam.method.SparseWeightEnsemblingMoE;
import org.amalgam.method.Upscale;
import org.amalgam.method.WeightEnsemblingMoE;
import org.amalgam.mixture.RouterSpec;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.mixture.Upscaled;
import org.amalgam.model.Encoder;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** WEMoE and E-WEMoE of whole models: losses, gradients and routers step by step, and what the mixture answers in the end. */
final class WeightEnsemblingCheck implements Check {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.expected().contains("losses");
    }

    /** What is learned, and the network that learned routers make, by whether a batch shares its routing. */
    private record Case(Learner learner, BiFunction<Weights, Boolean, Encoder> network) {}

    @Override
    public void run(GoldenCase golden) {
        try (Scope scope = Scope.open()) {
            ModelPool pool = FixedTask.pool(golden);
            List<FixedTask> tasks = FixedTask.of(golden, pool);
            Upscale upscale = upscale(golden.settings());
            Weights start = start(golden);
            Case made = upscale.depth() == 0 ? constants(upscale, start, pool) : routers(upscale, start, pool);
            gradient(golden, made.learner(), tasks);
            Weights learned = adaptation(golden, made.learner(), tasks);
            try (Autograd.Off off = Autograd.off()) {
                for (FixedTask task : tasks) {
                    answers(golden, "final_logits_reduce/", task, made.network().apply(learned, true));
                    answers(golden, "final_logits_sample/", task, made.network().apply(learned, false));
                }
            }
        }
    }

    private static Case constants(Upscale upscale, Weights start, ModelPool pool) {
        ConstantRouting routing = ConstantRouting.of(upscale, false, pool);
        return new Case(routing.learner(start), (constants, reduce) -> pool.architecture()
                .encoder(routing.merge(constants)));
    }

    private static Case routers(Upscale upscale, Weights start, ModelPool pool) {
        RouterSpec spec = upscale.routers(pool);
        Upscaled model = upscale.model(pool);
        return new Case(
                RouterLearning.learner(upscale, model, spec, start),
                (routers, reduce) -> model.encoder(spec, routers, reduce, RoutingObserver.NONE));
    }

    private static void answers(GoldenCase golden, String prefix, FixedTask task, Encoder network) {
        Tensor features = network.features(task.all().inputs());
        golden.expect(prefix + task.name(), Hosts.host(task.head().logits(features)));
    }

    /** One plain descent step of length 1 moves the routers by their gradient. */
    private static void gradient(GoldenCase golden, Learner learner, List<FixedTask> tasks) {
        Adapted one = new Adaptation("sgd", 1, tasks.get(0).size(), 1, false, 5)
                .learn(learner, Objective.ENTROPY, tasks, Run.quiet(0, Path.of("target")));
        learner.start()
                .entries()
                .forEach((name, before) -> golden.expect(
                        "grad_step1/" + theirs(golden, name),
                        Hosts.host(before.sub(one.parameters().get(name)))));
    }

    private static Weights adaptation(GoldenCase golden, Learner learner, List<FixedTask> tasks) {
        int steps = golden.settings().path("steps").asInt();
        double lr = golden.settings().path("lr").asDouble();
        List<Map<String, HostTensor>> history = new ArrayList<>();
        Learner recording = new Learner(
                learner.start(),
                learner.merge(),
                learner.network(),
                parameters -> {
                    history.add(Hosts.state(parameters));
                    return learner.probe().apply(parameters);
                },
                learner.wholeBatches());
        Adapted adapted = new Adaptation("adam", lr, tasks.get(0).size(), steps, false, 5)
                .learn(recording, Objective.ENTROPY, tasks, Run.quiet(0, Path.of("target")));
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
        for (String name : learner.start().names()) {
            String theirs = theirs(golden, name);
            if (golden.expected().contains("params_after_each_step/" + theirs)) {
                golden.expect(
                        "params_after_each_step/" + theirs,
                        Hosts.host(Tensor.stack(history.stream()
                                .map(step -> Hosts.tensor(step.get(name)))
                                .toList())));
            } else {
                golden.expect("param_after_step_1/" + theirs, history.get(0).get(name));
                golden.expect(
                        "param_after_last_step/" + theirs,
                        history.get(steps - 1).get(name));
            }
        }
        return adapted.parameters();
    }

    /** The reference keeps a shared router under the first block's name. */
    private static String theirs(GoldenCase golden, String name) {
        return name.startsWith("gate.") ? sharedStem(golden) + name : name;
    }

    private static String sharedStem(GoldenCase golden) {
        String first = golden.settings().path("trainable").get(0).asText();
        return first.substring(0, first.indexOf("gate."));
    }

    private static Weights start(GoldenCase golden) {
        boolean shared = golden.settings().path("shared_gate").asBoolean(false);
        String stem = sharedStem(golden);
        Map<String, Tensor> gates = new LinkedHashMap<>();
        golden.state("initial_gate")
                .forEach((name, tensor) ->
                        gates.put(shared ? name.substring(stem.length()) : name, Hosts.tensor(tensor)));
        return new Weights(gates);
    }

    private static Upscale upscale(JsonNode settings) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("router_hidden_layers", settings.path("router_hidden_layers").asInt());
        values.put("init_lambda", settings.path("init_lambda").asDouble());
        values.put("batch_reduce", settings.path("batch_reduce").asBoolean());
        if (!settings.has("tv_prune_ratio")) {
            return Settings.bind(WeightEnsemblingMoE.class, values).form();
        }
        values.put("tv_prune_ratio", settings.path("tv_prune_ratio").asDouble());
        values.put("shared_gate", settings.path("shared_gate").asBoolean());
        values.put("position_encoding", settings.path("position_encoding").asBoolean());
        if (settings.has("position_encoding_dim")) {
            values.put(
                    "position_encoding_dim",
                    settings.path("position_encoding_dim").asInt());
        }
        return Settings.bind(SparseWeightEnsemblingMoE.class, values).form();
    }
}
