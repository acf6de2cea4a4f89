package org.amalgam.report;

import org.amalgam.figure.Axis;
import org.amalgam.figure.Figure;
import org.amalgam.pareto.Preference;
import org.amalgam.pareto.SimplexGrid;
import org.amalgam.pool.TaskScore;
import org.amalgam.report.AccuracyTable.Kind;
import org.amalgam.report.AccuracyTable.Row;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Reports with made-up numbers in the shapes that real ones have. */
final class Samples {

    static final List<String> TASKS =
            List.of("mnist", "fashion_mnist", "optdigits", "letters", "textures", "hiragana", "svhn", "stanford-cars");

    private static final int STEPS = 500;

    private Samples() {}

    /** One AdaMerging run over that many tasks of a 12-block tower. */
    static RunReport single(int tasks) {
        List<String> names = TASKS.subList(0, tasks);
        AccuracyTable table = table(names, List.of("layer_wise_adamerging"));
        return report(
                "Layer-wise AdaMerging of " + tasks + " experts into clip-vit-tiny192-patch8",
                table,
                List.of(adaMerging("layer_wise_adamerging", names)));
    }

    /** The demo: several methods, one of them with figures. */
    static RunReport demo() {
        List<String> names = TASKS.subList(0, 6);
        List<String> methods = List.of(
                "simple_average",
                "weighted_average",
                "task_arithmetic",
                "ties_merging",
                "task_wise_adamerging",
                "layer_wise_adamerging",
                "layer_wise_adamerging_pp");
        List<MethodSection> sections = new ArrayList<>();
        for (String method : methods) {
            sections.add(
                    method.startsWith("layer")
                            ? adaMerging(method, names)
                            : new MethodSection(
                                    method,
                                    "Merges without looking at data.",
                                    "",
                                    Map.of("scaling_factor", 0.3),
                                    Optional.of(new ModelInfo(850_000, 850_000, 850_000)),
                                    List.of(),
                                    Optional.empty()));
        }
        return report("Seven methods merge 6 experts into clip-vit-tiny192-patch8", table(names, methods), sections);
    }

    static AccuracyTable table(List<String> tasks, List<String> merged) {
        List<Row> rows = new ArrayList<>();
        rows.add(row("zero-shot", Kind.ZERO_SHOT, tasks, 0.33));
        rows.add(row("experts", Kind.EXPERT, tasks, 0.93));
        for (int i = 0; i < merged.size(); i++) {
            rows.add(row(merged.get(i), Kind.MERGED, tasks, 0.6 + 0.27 * (i + 1) / merged.size()));
        }
        return new AccuracyTable(tasks, rows);
    }

    private static Row row(String label, Kind kind, List<String> tasks, double level) {
        Map<String, TaskScore> scores = new LinkedHashMap<>();
        for (String task : tasks) {
            double wobble = 0.09 * Math.sin(task.length() * 2.1 + level * 7) * (1 - level) * 3;
            double accuracy = Math.round(Math.max(0, Math.min(1, level + wobble)) * 1000) / 1000.0;
            scores.put(task, new TaskScore(accuracy, 2.5 * (1 - accuracy), 1000));
        }
        return new Row(label, kind, scores);
    }

    private static RunReport report(String title, AccuracyTable table, List<MethodSection> methods) {
        String hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        List<Input> inputs = new ArrayList<>();
        inputs.add(new Input(
                "_pretrained_",
                "models/clip-vit-base-patch32/model.safetensors",
                Optional.of(hash),
                605_157_884L,
                Optional.of("openai/clip-vit-base-patch32")));
        table.tasks()
                .forEach(task -> inputs.add(Input.local(
                        task, "models/clip-vit-tiny192-patch8_" + task + "/model.safetensors", hash, 1_701_884L)));
        return new RunReport(
                title,
                methods,
                table,
                inputs,
                "bin/amalgam method=adamerging method.name=clip_layer_wise_adamerging "
                        + "method.save_merging_weights=merging_weights.pt modelpool=zoo taskpool=zoo",
                new Versions("0.1.0", "OpenJDK 64-Bit Server VM 17.0.15", "2.10.0", "Linux 6.1 amd64"),
                OptionalLong.of(0),
                Instant.parse("2026-11-22T18:04:11Z"),
                37.2,
                new Limits(
                        List.of(
                                new Limits.Rate(
                                        "adapting",
                                        31.5,
                                        OptionalDouble.of(60),
                                        OptionalDouble.of(92),
                                        OptionalDouble.empty()),
                                new Limits.Rate(
                                        "evaluation",
                                        4.2,
                                        OptionalDouble.of(2150),
                                        OptionalDouble.of(71),
                                        OptionalDouble.empty())),
                        new Limits.Peaks(OptionalDouble.of(130), "float32, 1024 x 1024 x 1024", OptionalDouble.empty()),
                        OptionalLong.of(296_000_000L)),
                List.of("The expert of textures equals the ancestor in 2 tensors, so they have no coefficient."));
    }

    /** An analysis: a valley of either task, bent by the other's coefficient, and their sum. */
    static RunReport landscape() {
        List<Double> ticks = IntStream.range(0, 9).mapToObj(i -> -1 + i / 4.0).toList();
        List<List<List<Double>>> values = new ArrayList<>();
        for (int task = 0; task < 2; task++) {
            double weight = task;
            values.add(ticks.stream()
                    .map(y -> ticks.stream()
                            .map(x -> valley(weight * y + (1 - weight) * x, weight * x + (1 - weight) * y))
                            .toList())
                    .toList());
        }
        values.add(IntStream.range(0, 9)
                .mapToObj(r -> IntStream.range(0, 9)
                        .mapToObj(c -> values.get(0).get(r).get(c)
                                + values.get(1).get(r).get(c))
                        .toList())
                .toList());
        List<String> names = List.of("loss of mnist", "loss of letters", "joint loss");
        Figure figure = new Figure.Landscape(
                "Loss landscape of mnist and letters",
                "Lines join points of one loss.",
                Axis.of("λ1, mnist"),
                Axis.of("λ2, letters"),
                new Axis("cross-entropy", "nat"),
                ticks,
                IntStream.range(0, 3)
                        .mapToObj(s -> new Figure.Surface(names.get(s), values.get(s)))
                        .toList(),
                List.of(
                        new Figure.Spot("θ0", Figure.Role.ANCESTOR, 0, 0, List.of(2.0, 2.5, 4.5)),
                        new Figure.Spot("θ1", Figure.Role.EXPERT, 1, 0, List.of(0.1, 2.25, 2.35))));
        return report(
                "loss_landscape of 2 experts of clip-vit-tiny192-patch8",
                AccuracyTable.empty(),
                List.of(new MethodSection(
                        "loss_landscape",
                        "Losses of two tasks over a plane.",
                        "",
                        Map.of("grid", 9),
                        Optional.empty(),
                        List.of(figure),
                        Optional.empty())));
    }

    /** PWEMoE on so many tasks: a bent front with a dominated point, the experts and two merged models beside it. */
    static RunReport front(int count) {
        List<String> tasks = List.of("mnist", "letters", "textures", "hiragana").subList(0, count);
        List<List<Double>> preferences = new SimplexGrid(count, count == 2 ? 6 : 4)
                .points().stream().map(Preference::weights).toList();
        List<Figure.Point> points = new ArrayList<>();
        for (int i = 0; i < preferences.size(); i++) {
            double worse = i == 2 ? 4 : 0;
            points.add(new Figure.Point(
                    preferences.get(i),
                    preferences.get(i).stream()
                            .map(weight -> 95 - 30 * Math.pow(1 - weight, 3) - worse)
                            .toList(),
                    worse > 0));
        }
        List<Figure.Beside> others = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            int own = k;
            others.add(new Figure.Beside(
                    "expert " + tasks.get(k),
                    Optional.of(tasks.get(k)),
                    IntStream.range(0, count)
                            .mapToObj(j -> j == own ? 97.0 : 45.0 + j)
                            .toList()));
        }
        for (int m = 0; m < 2; m++) {
            double level = 78 + 12 * m;
            others.add(new Figure.Beside(
                    m == 0 ? "task_arithmetic" : "adamerging",
                    Optional.empty(),
                    IntStream.range(0, count).mapToObj(j -> level + j).toList()));
        }
        Figure figure = new Figure.Front(
                "Pareto front",
                "What the models of preferences reach.",
                tasks,
                tasks,
                new Axis("accuracy", "%"),
                points,
                others);
        return report(
                "pwe_moe_ls_for_clip of " + count + " experts of clip-vit-tiny192-patch8",
                new AccuracyTable(tasks, List.of()),
                List.of(new MethodSection(
                        "pwe_moe_ls_for_clip",
                        "Learns the Pareto set.",
                        "",
                        Map.of("eval_grid_m", 4),
                        Optional.empty(),
                        List.of(figure),
                        Optional.empty())));
    }

    /** PWEMoE on two tasks whose models are all one: where many preferences reach the same. */
    static RunReport flatFront() {
        List<String> tasks = List.of("mnist", "letters");
        List<Figure.Point> points = new SimplexGrid(2, 3)
                .points().stream()
                        .map(preference -> new Figure.Point(preference.weights(), List.of(95.0, 90.0), false))
                        .toList();
        Figure figure = new Figure.Front(
                "Pareto front",
                "What the models of preferences reach.",
                tasks,
                tasks,
                new Axis("accuracy", "%"),
                points,
                List.of(new Figure.Beside("task_arithmetic", Optional.empty(), List.of(80.0, 70.0))));
        return report(
                "pwe_moe_ls_for_clip of 2 experts of clip-vit-tiny192-patch8",
                new AccuracyTable(tasks, List.of()),
                List.of(new MethodSection(
                        "pwe_moe_ls_for_clip",
                        "Learns the Pareto set.",
                        "",
                        Map.of("eval_grid_m", 4),
                        Optional.empty(),
                        List.of(figure),
                        Optional.empty())));
    }

    private static double valley(double own, double other) {
        return 0.1 + Math.pow(own - 1, 2) + 0.3 * own * Math.pow(other, 2) + Math.pow(other, 4);
    }

    private static MethodSection adaMerging(String name, List<String> tasks) {
        Random random = new Random(1);
        double[] steps = IntStream.range(0, STEPS).asDoubleStream().toArray();
        double[][] coefficients = new double[tasks.size()][];
        double[][] losses = new double[tasks.size()][];
        for (int k = 0; k < tasks.size(); k++) {
            double end = 0.25 + 0.5 * random.nextDouble();
            double start = 1 + random.nextDouble();
            coefficients[k] = DoubleStream.of(steps)
                    .map(s -> end + (0.3 - end) * Math.exp(-s / 120))
                    .toArray();
            losses[k] = DoubleStream.of(steps)
                    .map(s -> 0.2 + start * Math.exp(-s / 90) + 0.12 * random.nextGaussian() * start)
                    .toArray();
        }
        List<String> tensors = tensors(12);
        double[][] layers = new double[tasks.size()][tensors.size()];
        for (double[] row : layers) {
            for (int c = 0; c < row.length; c++) {
                row[c] = 0.1 + 0.5 * c / row.length + 0.15 * random.nextDouble();
            }
        }
        Map<String, Object> optimizer = new LinkedHashMap<>();
        optimizer.put("name", "adam");
        optimizer.put("lr", 1e-3);
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("name", "clip_layer_wise_adamerging");
        settings.put("optimizer", optimizer);
        settings.put("init_values", 0.3);
        settings.put("max_steps", STEPS);
        settings.put("batch_size", 16);
        settings.put("clamp_weights", false);
        settings.put("tie_weights", true);
        settings.put("weights", null);
        settings.put("save_merging_weights", "merging_weights.pt");
        return new MethodSection(
                name,
                "Learns one coefficient λ for every tensor of every task vector in θ = θ₀ + Σ λₖ τₖ, by making the merged model's "
                        + "predictions on unlabelled data certain (entropy minimisation).",
                "Yang et al.: AdaMerging: Adaptive Model Merging for Multi-Task Learning. ICLR 2024.",
                settings,
                Optional.of(new ModelInfo(568, 2_837_000, 2_836_432)),
                List.of(
                        Figures.coefficients(tasks, steps, coefficients),
                        Figures.layerCoefficients(tasks, tensors, layers),
                        Figures.losses(tasks, steps, losses, new Axis("entropy", "nat"))),
                Optional.of(profile()));
    }

    /** The numbers of the reference's documented run, at a precision that rounds to what it printed. */
    static Profile profile() {
        return new Profile(
                List.of(
                        new ProfileRow("optimizer step", 1000, 0.98186),
                        new ProfileRow("backward pass", 8000, 481.378),
                        new ProfileRow("forward pass", 8000, 128.993),
                        new ProfileRow("data loading", 8000, 50.7544),
                        new ProfileRow("merging weights", 1000, 50.735),
                        new ProfileRow("construct the wrapped model", 1, 7.2558)),
                724.65);
    }

    /** The parameter names of a CLIP vision tower. */
    static List<String> tensors(int blocks) {
        List<String> names = new ArrayList<>(List.of(
                "vision_model.embeddings.class_embedding",
                "vision_model.embeddings.patch_embedding.weight",
                "vision_model.embeddings.position_embedding.weight",
                "vision_model.pre_layrnorm.weight",
                "vision_model.pre_layrnorm.bias"));
        for (int b = 0; b < blocks; b++) {
            for (String layer : List.of(
                    "self_attn.k_proj",
                    "self_attn.v_proj",
                    "self_attn.q_proj",
                    "self_attn.out_proj",
                    "layer_norm1",
                    "mlp.fc1",
                    "mlp.fc2",
                    "layer_norm2")) {
                names.add("vision_model.encoder.layers." + b + "." + layer + ".weight");
                names.add("vision_model.encoder.layers." + b + "." + layer + ".bias");
            }
        }
        names.add("vision_model.post_layernorm.weight");
        names.add("vision_model.post_layernorm.bias");
        return names;
    }
}
