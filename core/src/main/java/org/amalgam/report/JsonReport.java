package org.amalgam.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.figure.Figure;
import org.amalgam.pool.Interval;
import org.amalgam.pool.TaskScore;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The report for machines. At the top level it has the shape of the reference's report, so that scripts written for that one
 * read this one: {@code model_info} with {@code trainable_params}, {@code all_params}, {@code trainable_percentage} (a share
 * in [0, 1], as there), one object a task with {@code accuracy}, {@code loss}, {@code samples} and
 * {@code accuracy_interval}, and {@code average} with {@code accuracy} and {@code loss}, all of the headline row (the merged
 * model with the best average). Everything else stands under the one key {@code amalgam}.
 *
 * <p>A task named {@code model_info}, {@code average} or {@code amalgam} loses its top-level object to that key; its scores are
 * still in {@code amalgam.table}. A number that is not finite, and a number that was not measured, is {@code null}.
 */
public final class JsonReport {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonReport() {}

    /**
     * Writes the report, in full or not at all.
     *
     * @throws AmalgamException if the file cannot be written
     */
    public static void write(RunReport report, Path file) {
        AtomicFile.write(file, text(report));
    }

    /** The report as indented JSON that ends in a line break. */
    public static String text(RunReport report) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree(report)) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain nodes cannot fail to be written", e);
        }
    }

    /** The report as a tree. */
    public static ObjectNode tree(RunReport report) {
        AccuracyTable table = report.accuracy();
        ObjectNode root = NODES.objectNode();
        table.headline().ifPresent(row -> putScores(root, table, row));
        report.headlineMethod()
                .flatMap(MethodSection::modelInfo)
                .ifPresent(info -> root.set("model_info", modelInfo(info)));
        root.set("amalgam", additions(report));
        return root;
    }

    private static void putScores(ObjectNode into, AccuracyTable table, AccuracyTable.Row row) {
        row.scores().forEach((task, score) -> into.set(task, score(score)));
        ObjectNode average = into.putObject("average");
        put(average, "accuracy", table.average(row));
        put(average, "loss", table.averageLoss(row));
        table.averageInterval(row).ifPresent(interval -> average.set("accuracy_interval", interval(interval)));
    }

    private static ObjectNode score(TaskScore score) {
        ObjectNode node = NODES.objectNode();
        put(node, "accuracy", score.accuracy());
        put(node, "loss", score.loss());
        node.put("samples", score.samples());
        node.set("accuracy_interval", interval(score.accuracyInterval()));
        return node;
    }

    private static ArrayNode interval(Interval interval) {
        return NODES.arrayNode().add(interval.low()).add(interval.high());
    }

    private static ObjectNode modelInfo(ModelInfo info) {
        return NODES.objectNode()
                .put("trainable_params", info.trainableParams())
                .put("all_params", info.allParams())
                .put("trainable_percentage", info.trainablePercentage());
    }

    private static ObjectNode additions(RunReport report) {
        ObjectNode node = NODES.objectNode();
        node.put("title", report.title());
        node.put("verdict", report.verdict());
        node.put("command", report.command());
        if (!report.configuration().isEmpty()) {
            node.set("configuration", MAPPER.valueToTree(report.configuration()));
        }
        report.seed().ifPresent(seed -> node.put("seed", seed));
        node.put("started", report.started().toString());
        put(node, "wall_seconds", report.wallSeconds());
        node.putObject("versions")
                .put("amalgam", report.versions().amalgam())
                .put("java", report.versions().java())
                .put("libtorch", report.versions().libtorch())
                .put("os", report.versions().os());
        node.set("limits", limits(report.limits()));
        ArrayNode inputs = node.putArray("inputs");
        report.inputs().forEach(input -> inputs.add(input(input)));
        ArrayNode rows = node.putArray("table");
        report.accuracy().rows().forEach(row -> rows.add(row(report.accuracy(), row)));
        ArrayNode overview = node.putArray("overview");
        report.overview().forEach(figure -> overview.add(figure(figure)));
        ArrayNode methods = node.putArray("methods");
        report.methods().forEach(method -> methods.add(method(method)));
        node.set("notes", MAPPER.valueToTree(report.notes()));
        return node;
    }

    private static ObjectNode limits(Limits limits) {
        ObjectNode node = NODES.objectNode();
        Optional<Limits.Rate> headline = limits.headline();
        put(node, "gflops", headline.map(Limits.Rate::gflops).orElse(OptionalDouble.empty()));
        put(node, "gemm_gflops", limits.peaks().gemmGflops());
        put(node, "share_of_gemm", headline.map(limits::shareOfGemm).orElse(OptionalDouble.empty()));
        node.put("gemm", limits.peaks().gemm());
        put(node, "copy_gigabytes", limits.peaks().copyGigabytes());
        ArrayNode parts = node.putArray("parts");
        limits.rates().forEach(rate -> parts.add(rate(limits, rate)));
        if (limits.peakMemoryBytes().isPresent()) {
            node.put("peak_memory_bytes", limits.peakMemoryBytes().getAsLong());
        } else {
            node.putNull("peak_memory_bytes");
        }
        return node;
    }

    private static ObjectNode rate(Limits limits, Limits.Rate rate) {
        ObjectNode node = NODES.objectNode().put("part", rate.part());
        put(node, "seconds", rate.seconds());
        put(node, "samples", rate.samples());
        put(node, "gflops", rate.gflops());
        put(node, "share_of_gemm", limits.shareOfGemm(rate));
        put(node, "gigabytes", rate.gigabytes());
        put(node, "share_of_copy", limits.shareOfCopy(rate));
        return node;
    }

    private static ObjectNode input(Input input) {
        ObjectNode node = NODES.objectNode()
                .put("name", input.name())
                .put("path", input.path())
                .put("sha256", input.sha256().orElse(null))
                .put("bytes", input.bytes());
        input.hubId().ifPresent(id -> node.put("hub_id", id));
        return node;
    }

    private static ObjectNode row(AccuracyTable table, AccuracyTable.Row row) {
        ObjectNode node = NODES.objectNode().put("label", row.label()).put("kind", snake(row.kind()));
        ObjectNode scores = node.putObject("tasks");
        row.scores().forEach((task, score) -> scores.set(task, score(score)));
        put(node, "average_accuracy", table.average(row));
        put(node, "average_loss", table.averageLoss(row));
        table.averageInterval(row).ifPresent(interval -> node.set("average_accuracy_interval", interval(interval)));
        if (row.kind() == AccuracyTable.Kind.MERGED) {
            put(node, "kept", table.kept(row));
        }
        return node;
    }

    private static ObjectNode method(MethodSection method) {
        ObjectNode node = NODES.objectNode()
                .put("name", method.name())
                .put("sentence", method.sentence())
                .put("citation", method.citation());
        node.set("settings", MAPPER.valueToTree(method.settings()));
        method.modelInfo().ifPresent(info -> node.set("model_info", modelInfo(info)));
        ArrayNode figures = node.putArray("figures");
        method.figures().forEach(figure -> figures.add(figure(figure)));
        method.profile().ifPresent(profile -> node.set("profile", profile(profile)));
        return node;
    }

    private static ObjectNode profile(Profile profile) {
        ObjectNode node = NODES.objectNode();
        put(node, "total_seconds", profile.totalSeconds());
        ArrayNode rows = node.putArray("actions");
        for (ProfileRow row : profile.rows()) {
            ObjectNode action = rows.addObject().put("action", row.action()).put("calls", row.calls());
            put(action, "total_seconds", row.totalSeconds());
            put(action, "mean_seconds", row.meanSeconds());
            put(action, "percent", profile.percent(row));
        }
        return node;
    }

    private static ObjectNode figure(Figure figure) {
        ObjectNode node = NODES.objectNode().put("title", figure.title()).put("caption", figure.caption());
        if (figure instanceof Figure.Lines lines) {
            node.put("kind", "lines")
                    .put("x", lines.x().label())
                    .put("y", lines.y().label());
            ArrayNode all = node.putArray("series");
            for (Figure.Series series : lines.series()) {
                ObjectNode one = all.addObject().put("name", series.name());
                one.set("x", numbers(series.x()));
                one.set("y", numbers(series.y()));
            }
        } else if (figure instanceof Figure.HeatMap map) {
            node.put("kind", "heat_map").put("value", map.value().label());
            node.put("x", map.x().label()).put("y", map.y().label());
            node.set("rows", MAPPER.valueToTree(map.rows()));
            node.set("columns", MAPPER.valueToTree(map.columns()));
            ArrayNode values = node.putArray("values");
            map.values().forEach(row -> values.add(numbers(row)));
        } else if (figure instanceof Figure.Landscape landscape) {
            node.put("kind", "landscape").put("value", landscape.value().label());
            node.put("x", landscape.x().label()).put("y", landscape.y().label());
            node.set("ticks", numbers(landscape.ticks()));
            ArrayNode surfaces = node.putArray("surfaces");
            for (int s = 0; s < landscape.surfaces().size(); s++) {
                ObjectNode one = surfaces.addObject()
                        .put("name", landscape.surfaces().get(s).name());
                ArrayNode values = one.putArray("values");
                landscape.surfaces().get(s).values().forEach(row -> values.add(numbers(row)));
                one.set("lowest", spot(landscape.lowest(s)));
            }
            ArrayNode spots = node.putArray("spots");
            landscape.spots().forEach(spot -> spots.add(spot(spot)));
        } else if (figure instanceof Figure.Front front) {
            node.put("kind", "front").put("value", front.value().label());
            node.set("tasks", MAPPER.valueToTree(front.tasks()));
            node.set("experts", MAPPER.valueToTree(front.experts()));
            ArrayNode points = node.putArray("points");
            for (Figure.Point point : front.points()) {
                ObjectNode one = points.addObject();
                one.set("preference", numbers(point.preference()));
                one.set("accuracies", numbers(point.accuracies()));
                one.put("dominated", point.dominated());
            }
            ArrayNode others = node.putArray("others");
            front.others().forEach(other -> others.addObject()
                    .put("name", other.name())
                    .set("accuracies", numbers(other.accuracies())));
        } else if (figure instanceof Figure.Dots dots) {
            node.put("kind", "dots").put("x", dots.x().label());
            node.set("rows", MAPPER.valueToTree(dots.rows()));
            ArrayNode marks = node.putArray("marks");
            for (Figure.Mark mark : dots.marks()) {
                marks.addObject().put("name", mark.name()).set("values", numbers(mark.values()));
            }
        }
        return node;
    }

    private static ObjectNode spot(Figure.Spot spot) {
        ObjectNode node = NODES.objectNode().put("name", spot.name());
        node.put("x", spot.x()).put("y", spot.y());
        node.set("values", numbers(spot.values()));
        return node;
    }

    /** Numbers as JSON has them: what is not finite becomes null. */
    static ArrayNode numbers(List<Double> values) {
        ArrayNode array = NODES.arrayNode(values.size());
        for (double value : values) {
            if (Double.isFinite(value)) {
                array.add(value);
            } else {
                array.addNull();
            }
        }
        return array;
    }

    private static void put(ObjectNode node, String key, OptionalDouble value) {
        put(node, key, value.orElse(Double.NaN));
    }

    private static void put(ObjectNode node, String key, double value) {
        if (Double.isFinite(value)) {
            node.put(key, value);
        } else {
            node.putNull(key);
        }
    }

    private static String snake(AccuracyTable.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
