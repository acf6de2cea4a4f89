package org.amalgam.benchmarks;

import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Checkpoints;
import org.amalgam.adapt.Learner;
import org.amalgam.adapt.Objective;
import org.amalgam.adapt.Schedule;
import org.amalgam.method.MergedModel;
import org.amalgam.method.ParetoLinearScalarisation;
import org.amalgam.method.PreferenceMerge;
import org.amalgam.pareto.Hypervolume;
import org.amalgam.pareto.Preference;
import org.amalgam.pareto.PreferenceRouter;
import org.amalgam.pool.Evaluation;
import org.amalgam.pool.ImageTaskSpec;
import org.amalgam.pool.ImageTasks;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.pool.TaskScore;
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
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How much of a front one PWEMoE reaches: the hypervolume of its models over a grid of preferences, against that of coefficients which
 * were learned for each preference by themselves, on the embedded models: {@code FrontCoverage levels steps task...}. Both learn
 * by the same losses, optimiser, schedule and number of steps; the coefficients have no router and see their one preference
 * alone.
 */
public final class FrontCoverage {

    private static final int BATCH = 16;
    private static final double RATE = 1e-2;
    private static final double INITIAL = 0.3;

    private FrontCoverage() {}

    public static void main(String[] arguments) {
        int levels = Integer.parseInt(arguments[0]);
        int steps = Integer.parseInt(arguments[1]);
        List<String> names = List.of(arguments).subList(2, arguments.length);
        Path zoo = Path.of("zoo");
        Path clip = zoo.resolve("models/clip-vit-tiny192-patch8");
        Map<String, Path> experts = new LinkedHashMap<>();
        names.forEach(name -> experts.put(name, Path.of(clip + "_" + name)));
        try (Scope scope = Scope.open();
                ImageTasks images = new ImageTasks(Path.of("benchmarks/target/cache"), 256L << 20)) {
            List<Task> training = tasks(images, names, "train", zoo, clip);
            List<Task> test = tasks(images, names, "test", zoo, clip);
            ModelPool pool = ModelPool.open(clip, experts, ModelPool.none("test_datasets"), () -> training);
            Run run = Run.quiet(0, Path.of("benchmarks/target"));

            long start = System.nanoTime();
            List<MergedModel.Candidate> front = Settings.bind(
                            ParetoLinearScalarisation.class,
                            Map.of("num_steps", steps, "lr", RATE, "save_interval", 0, "eval_grid_m", levels))
                    .merge(pool, run)
                    .front();
            double learned = seconds(start);
            start = System.nanoTime();
            List<List<Double>> one = new ArrayList<>();
            List<List<Double>> each = new ArrayList<>();
            PreferenceMerge model =
                    PreferenceMerge.of(new PreferenceRouter(1, names.size(), INITIAL), true, true, pool);
            for (MergedModel.Candidate candidate : front) {
                one.add(judged(candidate.weights(), test, pool, run));
                each.add(alone(model, candidate.preference(), steps, training, test, pool, run));
                System.out.printf(
                        Locale.ROOT,
                        "%s  one model %s  for this preference alone %s%n",
                        numbers(candidate.preference().weights(), 1),
                        numbers(one.get(one.size() - 1), 100),
                        numbers(each.get(each.size() - 1), 100));
            }
            System.out.printf(
                    Locale.ROOT,
                    "hypervolume of one model %.4f, of %d learned apart %.4f: %.1f %% (learned in %.0f s and, with judging, %.0f s)%n",
                    Hypervolume.of(one),
                    front.size(),
                    Hypervolume.of(each),
                    100 * Hypervolume.of(one) / Hypervolume.of(each),
                    learned,
                    seconds(start));
        }
    }

    private static List<Task> tasks(ImageTasks images, List<String> names, String split, Path zoo, Path clip) {
        return names.stream()
                .map(name -> new ImageTaskSpec(name, List.of(zoo.resolve("data/" + name)), split, List.of(), List.of()))
                .map(spec -> images.open(spec, clip, clip))
                .toList();
    }

    /** What coefficients reach that were learned for one preference: a tensor [K] a layer, moved by the gradient itself. */
    private static List<Double> alone(
            PreferenceMerge model,
            Preference preference,
            int steps,
            List<Task> training,
            List<Task> test,
            ModelPool pool,
            Run run) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> start = new LinkedHashMap<>();
            model.names().forEach(layer -> start.put(layer, Tensor.full(INITIAL, training.size())));
            Function<Weights, Weights> merge = coefficients -> model.weights(coefficients::get);
            Learner learner = new Learner(
                    new Weights(start), merge::apply, pool.architecture()::encoder, coefficients -> Map.of());
            int microBatch = (int)
                    Math.max(1, run.activationBytes() / pool.architecture().activationBytes());
            Weights learned = new Adaptation(
                            "adam", RATE, BATCH, steps, true, microBatch, Schedule.COSINE, Checkpoints.NONE)
                    .learn(
                            learner,
                            Objective.CROSS_ENTROPY,
                            ParetoLinearScalarisation.aggregation(step -> preference),
                            training,
                            run)
                    .parameters();
            return judged(() -> merge.apply(learned), test, pool, run);
        }
    }

    private static List<Double> judged(Supplier<Weights> weights, List<Task> test, ModelPool pool, Run run) {
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            return Evaluation.of(pool.architecture().encoder(weights.get()), test, 64, run).stream()
                    .map(TaskScore::accuracy)
                    .toList();
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static String numbers(List<Double> values, double scale) {
        Stream<String> texts = values.stream().map(value -> String.format(Locale.ROOT, "%5.2f", scale * value));
        return String.join(" ", texts.toList());
    }
}
