package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;
import org.amalgam.adapt.Trace;
import org.amalgam.cli.Console;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.pool.TaskScore;
import org.amalgam.report.AccuracyTable.Row;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs on the embedded model family what the reference implementation was run with, and prints both accuracies side by side.
 * What involves no chance must agree to two images a task; what draws samples (an adaptation in another order, a statistic) may
 * stay behind by 1.5 points a task and by 0.7 on average; an adaptation in the same order, step by step, to 1e-3 in every loss and coefficient.
 */
final class Compare {

    private static final int IMAGES = 2;
    private static final double POINTS_A_TASK = 1.5;
    private static final double POINTS_ON_AVERAGE = 0.7;
    private static final List<String> STATISTICS = List.of("fisher_merging", "regmean");
    private static final List<String> DRAWN = List.of("num_samples", "num_regmean_examples");
    private static final Pattern ADAMERGING = Pattern.compile("(seq_)?(task|layer)_wise_adamerging(_pp)?");
    private static final Pattern WEMOE = Pattern.compile("(seq_)?(e_)?wemoe_.*");

    /** Short runs in the reference's order whose result the routers' random start decides. */
    private static final Set<String> RANDOM_START = Set.of("seq_wemoe_depth1", "seq_wemoe_depth2");

    /** What a run's name begins with and the method that takes the run's settings as they are. */
    private static final Map<String, String> SAME_SETTINGS = Map.of(
            "simple_average", "simple_average",
            "weighted_average", "weighted_average",
            "task_arithmetic", "task_arithmetic",
            "ties_merging", "ties_merging",
            "smile_", "smile_upscaling",
            "ada_svd", "ada_svd");

    private final JsonNode methods;
    private final Session session;
    private final Console console;
    private int beyond;

    private Compare(JsonNode methods, Session session, Console console) {
        this.methods = methods;
        this.session = session;
        this.console = console;
    }

    /**
     * Whether every difference is within its bound.
     *
     * @param only parts of the names of the runs that are repeated; empty for all
     */
    static boolean execute(boolean quick, List<String> only, BuiltIn builtIn, Console console) {
        JsonNode methods = read(Home.find().resolve("zoo/reference.json")).path("methods");
        try (Session session = new Session(builtIn, console)) {
            Compare compare = new Compare(methods, session, console);
            compare.run(quick, only);
            return compare.beyond == 0;
        }
    }

    private void run(boolean quick, List<String> only) {
        List<String> header = new ArrayList<>(session.tasks());
        header.add("average");
        line("", header);
        List<Row> baselines = session.baselines();
        print("zero_shot", methods.path("zero_shot").path("accuracy"), baselines.get(0), false);
        print("individual", methods.path("individual").path("accuracy"), baselines.get(1), false);
        List<String> missing = new ArrayList<>();
        for (String name : names(only)) {
            Optional<List<String>> overrides = overrides(name);
            if (overrides.isEmpty()) {
                missing.add(name);
            } else if (!quick || !isLong(name)) {
                compare(name, overrides.get());
            }
        }
        console.result("");
        if (!missing.isEmpty()) {
            console.line("left out, no such method here or a result that a random start decides: "
                    + String.join(", ", missing));
        }
        console.result(
                beyond == 0 ? "every difference is within its bound" : beyond + " differences are beyond their bounds");
    }

    private void compare(String name, List<String> overrides) {
        JsonNode reference = methods.path(name);
        Session.Outcome outcome = session.merge(
                name,
                overrides,
                Path.of("outputs", "compare", name),
                reference.path("evaluation_batch_size").asInt(0));
        // Where the reference judged a mixture twice, the plain accuracy is the one with a routing a batch.
        print(name, reference.path("accuracy"), outcome.batchReduced().orElse(outcome.row()), isDrawn(name));
        if (reference.has("accuracy_sample_wise")) {
            print("  a routing a sample", reference.path("accuracy_sample_wise"), outcome.row(), isDrawn(name));
        }
        if (ADAMERGING.matcher(name).matches() && name.startsWith("seq_")) {
            steps(name, overrides);
        } else if (name.startsWith("seq_")) {
            losses(reference, outcome.trace().orElseThrow());
        }
    }

    private List<String> names(List<String> only) {
        List<String> names = new ArrayList<>();
        methods.fieldNames().forEachRemaining(names::add);
        names.removeIf(name -> !only.isEmpty() && only.stream().noneMatch(name::contains));
        if (names.isEmpty()) {
            throw new AmalgamException("no run of the reference has a name that contains " + String.join(" or ", only)
                    + "; zoo/reference.json has their names");
        }
        names.removeAll(List.of("zero_shot", "individual"));
        return names;
    }

    private boolean isLong(String name) {
        JsonNode settings = methods.path(name).path("settings");
        return settings.path("max_steps").asInt() > 20
                || settings.path("num_steps").asInt() > 20;
    }

    /** Whether the result depends on which samples chance drew. */
    private boolean isDrawn(String name) {
        return isLong(name) || DRAWN.stream().anyMatch(methods.path(name).path("settings")::has);
    }

    /** The overrides that repeat a run of the reference, where the method exists. */
    private Optional<List<String>> overrides(String name) {
        JsonNode settings = methods.path(name).path("settings");
        Matcher adamerging = ADAMERGING.matcher(name);
        if (adamerging.matches()) {
            return Optional.of(List.of(
                    "method=adamerging",
                    "method.name=clip_" + adamerging.group(2) + "_wise_adamerging",
                    "method.lr=" + settings.path("lr").asText(),
                    "method.init_values=" + settings.path("init_values").asText(),
                    "method.clamp_weights=" + settings.path("clamp_weights").asText(),
                    "method.batch_size=" + settings.path("batch_size").asText(),
                    "method.max_steps=" + settings.path("max_steps").asText(),
                    "method.shuffle=" + (adamerging.group(1) == null),
                    "method.ties_threshold=" + (adamerging.group(3) == null ? "null" : "20")));
        }
        Matcher wemoe = WEMOE.matcher(name);
        if (wemoe.matches()) {
            return RANDOM_START.contains(name) ? Optional.empty() : Optional.of(weightEnsembling(wemoe, settings));
        }
        if (STATISTICS.contains(name)) {
            List<String> overrides = new ArrayList<>(List.of("method=" + name));
            // The reference draws samples for RegMean and takes the first ones for Fisher merging.
            overrides.add("method.shuffle=" + settings.path("shuffle").asBoolean(false));
            settings.properties().stream()
                    .filter(e -> !List.of("shuffle", "seed").contains(e.getKey()))
                    .forEach(e -> overrides.add("method." + e.getKey() + "=" + e.getValue()));
            if (name.equals("regmean")) {
                // One draw of 256 scatters by half a point of accuracy: with four times as many the chance left is the
                // reference's.
                overrides.add("method.num_regmean_examples=1024");
            }
            return Optional.of(overrides);
        }
        if (name.startsWith("pwemoe_")) {
            return Optional.of(pareto(name, settings));
        }
        for (Map.Entry<String, String> method : SAME_SETTINGS.entrySet()) {
            if (name.startsWith(method.getKey())) {
                List<String> overrides = new ArrayList<>(List.of("method=" + method.getValue()));
                settings.properties()
                        .forEach(e -> overrides.add("method." + e.getKey() + "="
                                + (e.getValue().isTextual() ? e.getValue().asText() : e.getValue())));
                return Optional.of(overrides);
            }
        }
        return Optional.empty();
    }

    /** Settings of the reference that say nothing here: where it saves, and what its own machine does. */
    private static final Set<String> NO_MATTER =
            Set.of("checkpoint", "save_checkpoint", "devices", "num_workers", "cache_dir", "fast_dev_run", "shuffle");

    private static List<String> weightEnsembling(Matcher name, JsonNode settings) {
        List<String> overrides = new ArrayList<>(
                List.of("method=" + (name.group(2) == null ? "weight" : "sparse_weight") + "_ensembling_moe"));
        overrides.add("method.shuffle=" + (name.group(1) == null));
        settings.properties().stream()
                .filter(setting -> !NO_MATTER.contains(setting.getKey()))
                .forEach(setting -> overrides.add(
                        "method." + setting.getKey() + "=" + setting.getValue().asText()));
        return overrides;
    }

    private static List<String> pareto(String name, JsonNode settings) {
        List<String> overrides =
                new ArrayList<>(List.of("method=pwe_moe_" + name.substring("pwemoe_".length()) + "_for_clip"));
        settings.properties().stream()
                .filter(setting -> setting.getValue().isValueNode())
                .forEach(setting -> overrides.add(
                        "method." + setting.getKey() + "=" + setting.getValue().asText()));
        overrides.add("method.dataloader_kwargs.batch_size="
                + settings.path("dataloader_kwargs").path("batch_size").asText());
        return overrides;
    }

    private void print(String name, JsonNode reference, Row row, boolean drawn) {
        List<String> theirs = new ArrayList<>();
        List<String> ours = new ArrayList<>();
        List<String> differences = new ArrayList<>();
        double sum = 0;
        for (String task : session.tasks()) {
            TaskScore score = row.scores().get(task);
            double difference = score.accuracy() - reference.path(task).asDouble();
            boolean fits = drawn
                    ? 100 * difference >= -POINTS_A_TASK
                    : Math.abs(difference * score.samples()) <= IMAGES + 1e-3;
            theirs.add(percent(reference.path(task).asDouble()));
            ours.add(percent(score.accuracy()));
            differences.add(marked(drawn ? percent(difference) : images(difference * score.samples()), fits));
            sum += score.accuracy();
        }
        double average = sum / session.tasks().size();
        double difference = 100 * (average - reference.path("average").asDouble());
        theirs.add(percent(reference.path("average").asDouble()));
        ours.add(percent(average));
        differences.add(
                marked(String.format(Locale.ROOT, "%+.2f", difference), !drawn || difference >= -POINTS_ON_AVERAGE));
        line(name, theirs);
        line("  amalgam", ours);
        line(drawn ? "  difference, points" : "  difference, images", differences);
    }

    /** The largest difference of any loss and any coefficient at any step. */
    private void steps(String name, List<String> overrides) {
        StepComparison.Largest largest = StepComparison.of(
                MethodChoice.of(session.compose(overrides).method()).method(), session.pool(), methods.path(name));
        boolean fits = largest.loss() <= StepComparison.BOUND && largest.coefficient() <= StepComparison.BOUND;
        console.result(String.format(
                Locale.ROOT,
                "  step by step        largest difference of a loss %.1e, of a coefficient %.1e%s",
                largest.loss(),
                largest.coefficient(),
                marked("", fits)));
    }

    /** The largest difference of any loss at any step, where what is learned has no coefficients to compare. */
    private void losses(JsonNode reference, Trace trace) {
        double largest = StepComparison.losses(trace, reference.path("entropy_per_step_per_task"));
        console.result(String.format(
                Locale.ROOT,
                "  step by step        largest difference of a loss %.1e%s",
                largest,
                marked("", largest <= StepComparison.BOUND)));
    }

    private String marked(String text, boolean fits) {
        if (!fits) {
            beyond++;
        }
        return fits ? text : text + " !";
    }

    private void line(String label, List<String> cells) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-26s", label));
        cells.forEach(cell -> text.append(String.format(Locale.ROOT, "%15s", cell)));
        console.result(text.toString());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    private static String images(double count) {
        return String.format(Locale.ROOT, "%+d", Math.round(count));
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new AmalgamException(file + " cannot be read: " + e.getMessage() + "; is the checkout whole?", e);
        }
    }
}
