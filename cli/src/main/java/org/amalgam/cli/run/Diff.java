package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.analysis.ModelDifference;
import org.amalgam.analysis.TensorDifference;
import org.amalgam.cli.Console;
import org.amalgam.cli.Table;
import org.amalgam.cli.Table.Column;
import org.amalgam.cli.config.ConfigOverride;
import org.amalgam.run.Run;
import org.amalgam.tensor.Scope;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** {@code amalgam diff}: models beside the first of them, tensor by tensor. */
final class Diff {

    private static final int NAMED = 4;

    private Diff() {}

    /** The overrides of the analysis that compares the models' task vectors. */
    static String[] similarity(String ancestor, List<String> models) {
        StringBuilder pool =
                new StringBuilder("++modelpool.models={_pretrained_: ").append(ConfigOverride.quoted(ancestor));
        Set<String> taken = new HashSet<>(Set.of("_pretrained_"));
        String family = folder(ancestor);
        for (String model : models) {
            // clip_birds beside clip is birds.
            String name = folder(model).replaceFirst("^\\Q" + family + "\\E[_-](?=.)", "");
            String own = name;
            for (int i = 2; !taken.add(own); i++) {
                own = name + "_" + i;
            }
            pool.append(", ").append(own).append(": ").append(ConfigOverride.quoted(model));
        }
        return new String[] {
            "analysis=task_vector_similarity",
            "taskpool=dummy",
            "~modelpool.models",
            pool.append('}').toString(),
            "fabric.loggers.root_dir=outputs",
            "fabric.loggers.name=diff"
        };
    }

    private static String folder(String model) {
        return model.replaceAll("/+$", "").replaceAll(".*/", "").replaceAll("[^A-Za-z0-9_-]", "_");
    }

    static void execute(List<String> models, String sort, int limit, Folders folders, Console console) {
        List<Path> paths = models.stream()
                .map(model -> folders.model(ModelReference.of(ModelReference.Kind.MODEL, model, "diff")))
                .toList();
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        try (Scope scope = Scope.open()) {
            Run run = Run.quiet(0, Path.of("."));
            for (int i = 1; i < paths.size(); i++) {
                ModelDifference difference = ModelDifference.of(paths.get(0), paths.get(i), run);
                List<Map.Entry<String, TensorDifference>> rows = sorted(difference, sort);
                console.item("from", paths.get(0).toString());
                console.item("to", paths.get(i).toString());
                console.line("");
                console.table(
                        table(limit == 0 ? rows : rows.stream().limit(limit).toList(), difference.whole()));
                if (limit > 0 && rows.size() > limit) {
                    console.line("and " + (rows.size() - limit) + " tensors more; --limit 0 prints all");
                }
                named(console, "only from", difference.onlyFrom());
                named(console, "only to", difference.onlyTo());
                named(console, "unlike", difference.unlike());
                console.line("");
                all.add(json(paths.get(0), paths.get(i), rows, difference));
            }
            run.workers().close();
        }
        console.json(all.toPrettyString());
    }

    private static void named(Console console, String label, List<String> names) {
        if (!names.isEmpty()) {
            String first = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
            console.item(label, names.size() > NAMED ? first + " and " + (names.size() - NAMED) + " more" : first);
        }
    }

    /** The most different first; what cannot be told of a tensor, as the angle to 0, last. */
    private static List<Map.Entry<String, TensorDifference>> sorted(ModelDifference difference, String sort) {
        List<Map.Entry<String, TensorDifference>> rows =
                new ArrayList<>(difference.tensors().entrySet());
        if (!sort.equals("name")) {
            rows.sort(Map.Entry.comparingByValue(order(sort)));
        }
        return rows;
    }

    private static Comparator<TensorDifference> order(String sort) {
        return switch (sort) {
            case "difference" -> Comparator.comparing(TensorDifference::absolute, Comparator.reverseOrder());
            case "cosine" -> Comparator.comparing(TensorDifference::cosine);
            case "signs" -> Comparator.comparing(TensorDifference::agreement);
            default -> Comparator.comparing(TensorDifference::relative, Comparator.reverseOrder());
        };
    }

    private static Table table(List<Map.Entry<String, TensorDifference>> rows, TensorDifference whole) {
        List<Column> columns = List.of(
                Column.left("tensor"),
                Column.right("scalars"),
                Column.right("norm"),
                Column.right("difference"),
                Column.right("relative"),
                Column.right("cosine"),
                Column.right("signs"));
        List<List<String>> cells = new ArrayList<>();
        rows.forEach(row -> cells.add(cells(row.getKey(), row.getValue())));
        cells.add(cells("all", whole));
        return new Table(columns, cells);
    }

    private static List<String> cells(String name, TensorDifference difference) {
        return List.of(
                name,
                Plan.count(difference.elements()),
                number("%.4g", difference.norm()),
                number("%.4g", difference.absolute()),
                number("%.3g %%", 100 * difference.relative()),
                number("%.6f", difference.cosine()),
                number("%.1f %%", 100 * difference.agreement()));
    }

    private static String number(String format, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "–";
    }

    private static ObjectNode json(
            Path from, Path to, List<Map.Entry<String, TensorDifference>> rows, ModelDifference difference) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("from", from.toString()).put("to", to.toString());
        ArrayNode tensors = node.putArray("tensors");
        rows.forEach(row -> numbers(tensors.addObject().put("name", row.getKey()), row.getValue()));
        numbers(node.putObject("all"), difference.whole());
        difference.onlyFrom().forEach(node.putArray("only_from")::add);
        difference.onlyTo().forEach(node.putArray("only_to")::add);
        difference.unlike().forEach(node.putArray("unlike")::add);
        return node;
    }

    private static void numbers(ObjectNode node, TensorDifference difference) {
        node.put("scalars", difference.elements());
        put(node, "norm", difference.norm());
        put(node, "difference", difference.absolute());
        put(node, "relative", difference.relative());
        put(node, "cosine", difference.cosine());
        put(node, "signs", difference.agreement());
    }

    /** Null for what cannot be told. */
    private static void put(ObjectNode node, String key, double value) {
        if (Double.isFinite(value)) {
            node.put(key, value);
        } else {
            node.putNull(key);
        }
    }
}
