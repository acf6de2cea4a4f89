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
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Runs on the embedded model families what the reference implementation was run with, and prints both accuracies side by side.
 * What involves no chance must agree to two images a task; what draws samples (an adaptation in another order, a statistic) may
 * stay behind by 1.5 points a task and by 0.7 on average; an adaptation in the same order, step by step, to 1e-3 in every loss and coefficient.
 */
final class Compare {

    private static final int IMAGES = 2;
    private static final double POINTS_A_TASK = 1.5;
    private static final double POINTS_ON_AVERAGE = 0.7;
    private static final List<String> DRAWN = List.of("num_samples", "num_regmean_examples");

    /** An embedded family and what the reference reaches on it; a prefix tells its runs from those of other families. */
    private enum Family {
        CLIP(ZooGroups.ZOO, "zoo/reference.json", ""),
        GPT2(ZooGroups.ZOO_GPT2, "zoo/reference_gpt2.json", "gpt2_");

        private final String group;
        private final String file;
        private final String prefix;

        Family(String group, String file, String prefix) {
            this.group = group;
            this.file = file;
            this.prefix = prefix;
        }
    }

    private final Family family;
    private final JsonNode methods;
    private final Session session;
    private final Console console;
    private int beyond;

    private Compare(Family family, JsonNode methods, Session session, Console console) {
        this.family = family;
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
        Map<Family, JsonNode> references = new EnumMap<>(Family.class);
        for (Family family : Family.values()) {
            JsonNode methods = read(Home.find().resolve(family.file)).path("methods");
            if (!names(family, methods, only).isEmpty()) {
                references.put(family, methods);
            }
        }
        if (references.isEmpty()) {
            throw new AmalgamException(
                    "no run of the reference has a name that contains " + String.join(" or ", only)
                            + "; zoo/reference.json and zoo/reference_gpt2.json have their names, the latter's with gpt2_ in front");
        }
        int beyond = 0;
        for (Map.Entry<Family, JsonNode> reference : references.entrySet()) {
            try (Session session = new Session(reference.getKey().group, builtIn, console)) {
                Compare compare = new Compare(reference.getKey(), reference.getValue(), session, console);
                compare.run(quick, only);
                beyond += compare.beyond;
            }
        }
        console.result(
                beyond == 0 ? "every difference is within its bound" : beyond + " differences are beyond their bounds");
        return beyond == 0;
    }

    private void run(boolean quick, List<String> only) {
        List<String> header = new ArrayList<>(session.tasks());
        header.add("average");
        line("", header);
        List<Row> baselines = session.baselines();
        print("zero_shot", methods.path("zero_shot").path("accuracy"), baselines.get(0), false);
        print("individual", methods.path("individual").path("accuracy"), baselines.get(1), false);
        List<String> missing = new ArrayList<>();
        for (String name : names(family, methods, only)) {
            Optional<List<String>> overrides = Repetition.overrides(
                    name, methods.path(name).path("settings"), family == Family.GPT2 ? "gpt2" : "clip");
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
    }

    private void compare(String name, List<String> overrides) {
        JsonNode reference = methods.path(name);
        Session.Outcome outcome = session.merge(
                family.prefix + name,
                overrides,
                Path.of("outputs", "compare", family.prefix + name),
                reference.path("evaluation_batch_size").asInt(0));
        // Where the reference judged a mixture twice, the plain accuracy is the one with a routing a batch.
        print(name, reference.path("accuracy"), outcome.batchReduced().orElse(outcome.row()), isDrawn(name));
        if (reference.has("accuracy_sample_wise")) {
            print("  a routing a sample", reference.path("accuracy_sample_wise"), outcome.row(), isDrawn(name));
        }
        if (Repetition.isAdaMerging(name) && name.startsWith("seq_")) {
            steps(name, overrides);
        } else if (name.startsWith("seq_")) {
            losses(reference, outcome.trace().orElseThrow());
        }
    }

    private static List<String> names(Family family, JsonNode methods, List<String> only) {
        List<String> names = new ArrayList<>();
        methods.fieldNames().forEachRemaining(names::add);
        names.removeAll(List.of("zero_shot", "individual"));
        names.removeIf(name -> !only.isEmpty() && only.stream().noneMatch((family.prefix + name)::contains));
        return names;
    }

    private boolean isLong(String name) {
        JsonNode settings = methods.path(name).path("settings");
        return settings.path("max_steps").asInt() > 20
                || settings.path("num_steps").asInt() > 20;
    }

    /** Whether the result depends on which samples chance drew. */
    private boolean isDrawn(String name) {
        JsonNode settings = methods.path(name).path("settings");
        return isLong(name)
                || (settings.path("shuffle").asBoolean(true) && DRAWN.stream().anyMatch(settings::has));
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
        line(family.prefix + name, theirs);
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
