package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Adaptation.Adapted;
import org.amalgam.adapt.Aggregation;
import org.amalgam.adapt.Checkpoints;
import org.amalgam.adapt.Learner;
import org.amalgam.adapt.Objective;
import org.amalgam.adapt.Schedule;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.method.ParetoExactOptimum;
import org.amalgam.method.ParetoLinearScalarisation;
import org.amalgam.method.PreferenceMerge;
import org.amalgam.pareto.Preference;
import org.amalgam.pareto.PreferenceRouter;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.StreamSupport;

/** PWEMoE of whole models along given preferences: losses, gradients, routers, programs, and the dense model of a preference. */
final class PreferenceTrainingCheck implements Check {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.hasInput("rays");
    }

    @Override
    public void run(GoldenCase golden) {
        try (Scope scope = Scope.open()) {
            JsonNode settings = golden.settings();
            ModelPool pool = FixedTask.pool(golden);
            List<FixedTask> tasks = FixedTask.of(golden, pool);
            PreferenceMerge model = PreferenceMerge.of(
                    new PreferenceRouter(
                            settings.path("router_hidden_layers").asInt(),
                            tasks.size(),
                            settings.path("init_lambda").asDouble()),
                    settings.path("upscale_mlp").asBoolean(),
                    settings.path("upscale_attn").asBoolean(),
                    pool);
            double[] given = golden.tensor("rays").toDoubles();
            IntFunction<Preference> rays = step -> ray(given, step * tasks.size(), tasks.size());
            double[] fixed = StreamSupport.stream(settings.path("fixed_ray").spliterator(), false)
                    .mapToDouble(JsonNode::asDouble)
                    .toArray();
            Preference last = ray(fixed, 0, fixed.length);
            Learner learner = model.learner(start(golden), rays, last);
            gradient(golden, learner, rays, tasks);
            Weights routers = training(golden, learner, rays, tasks);
            try (Autograd.Off off = Autograd.off()) {
                Weights dense = model.weights(routers, last);
                golden.expectState("merged_at_fixed_ray", Hosts.state(dense));
                for (FixedTask task : tasks) {
                    Tensor features = pool.architecture()
                            .encoder(dense)
                            .features(task.all().inputs());
                    golden.expect(
                            "logits_at_fixed_ray/" + task.name(),
                            Hosts.host(task.head().logits(features)));
                }
            }
        }
    }

    private static Preference ray(double[] values, int from, int tasks) {
        List<Double> weights = new ArrayList<>();
        for (int k = 0; k < tasks; k++) {
            weights.add(values[from + k]);
        }
        return new Preference(weights);
    }

    private static Weights start(GoldenCase golden) {
        Map<String, Tensor> gates = new LinkedHashMap<>();
        golden.state("initial_gate").forEach((name, tensor) -> gates.put(name, Hosts.tensor(tensor)));
        return new Weights(gates);
    }

    private static boolean exact(GoldenCase golden) {
        return golden.settings().path("method").asText().equals("epo");
    }

    private static Aggregation aggregation(GoldenCase golden, IntFunction<Preference> rays) {
        return exact(golden) ? ParetoExactOptimum.aggregation(rays) : ParetoLinearScalarisation.aggregation(rays);
    }

    /** One plain descent step of length 1 moves the routers by their gradient. */
    private static void gradient(
            GoldenCase golden, Learner learner, IntFunction<Preference> rays, List<FixedTask> tasks) {
        Adapted one = new Adaptation("sgd", 1, tasks.get(0).size(), 1, false, 5)
                .learn(learner, Objective.CROSS_ENTROPY, aggregation(golden, rays), tasks, quiet());
        learner.start()
                .entries()
                .forEach((name, before) -> golden.expect(
                        "grad_step1/" + name,
                        Hosts.host(before.sub(one.parameters().get(name)))));
    }

    private static Weights training(
            GoldenCase golden, Learner learner, IntFunction<Preference> rays, List<FixedTask> tasks) {
        int steps = golden.settings().path("steps").asInt();
        double lr = golden.settings().path("lr").asDouble();
        List<Map<String, HostTensor>> history = new ArrayList<>();
        List<double[][]> grams = new ArrayList<>();
        Aggregation aggregation = aggregation(golden, rays);
        if (aggregation instanceof Aggregation.Searched searched) {
            aggregation = new Aggregation.Searched((step, losses, gram) -> {
                grams.add(gram);
                return searched.search().find(step, losses, gram);
            });
        }
        Adaptation adaptation = new Adaptation(
                "adam",
                lr,
                tasks.get(0).size(),
                steps,
                false,
                5,
                Schedule.COSINE,
                new Checkpoints(1, (routers, done) -> history.add(Hosts.state(routers))));
        Adapted adapted = adaptation.learn(learner, Objective.CROSS_ENTROPY, aggregation, tasks, quiet());
        golden.expect("losses", table(steps, tasks.size(), (step, k) -> adapted.trace()
                .loss(k)[step]));
        golden.expect("learning_rate_used_at_each_step", rates(lr, steps));
        if (exact(golden)) {
            golden.expect("alpha_at_each_step", table(steps, tasks.size(), (step, k) -> adapted.trace()
                    .parameter("alpha/" + k)[step]));
            HostTensor flat = table(steps, tasks.size() * tasks.size(), (step, i) -> grams.get(step)[i / tasks.size()][
                    i % tasks.size()]);
            golden.expect("gram_at_each_step", HostTensor.ofFloats(flat.toFloats(), steps, tasks.size(), tasks.size()));
        }
        for (String name : learner.start().names()) {
            golden.expect("param_after_step_1/" + name, history.get(0).get(name));
            golden.expect(
                    "param_after_last_step/" + name, history.get(steps - 1).get(name));
        }
        return adapted.parameters();
    }

    private static HostTensor rates(double lr, int steps) {
        float[] rates = new float[steps];
        for (int step = 0; step < steps; step++) {
            rates[step] = (float) Schedule.COSINE.rate(lr, step, steps);
        }
        return HostTensor.ofFloats(rates, steps);
    }

    private interface Cell {
        double at(int row, int column);
    }

    private static HostTensor table(int rows, int columns, Cell cell) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) cell.at(i / columns, i % columns);
        }
        return HostTensor.ofFloats(values, rows, columns);
    }

    private static Run quiet() {
        return Run.quiet(0, Path.of("target"));
    }
}
