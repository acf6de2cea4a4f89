package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.cli.Console;
import org.amalgam.cli.Table;
import org.amalgam.cli.Table.Column;
import org.amalgam.mixture.ParameterCount;
import org.amalgam.mixture.ParameterCounts;
import org.amalgam.model.Architecture;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.model.openclip.OpenClipVision;
import org.amalgam.pool.Families;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How many parameters merging takes, in the two tables of WEMoE's documentation: with more and more tasks, and by the depth of
 * the routers.
 *
 * @param title what the model is
 * @param counts of its architecture
 * @param tasks the largest number of tasks
 */
record ParameterTables(String title, ParameterCounts counts, int tasks) {

    /** A table has a row for each; nobody reads more. */
    private static final int MOST_TASKS = 1000;

    /** A method with so many tasks. */
    private record Row(String method, int tasks, ParameterCount count, OptionalLong saved) {}

    static void print(Optional<Path> model, int tasks, Console console) {
        if (tasks < 1 || tasks > MOST_TASKS) {
            throw new AmalgamException("--tasks: expected a whole number from 1 to " + MOST_TASKS + ", found " + tasks);
        }
        List<ParameterTables> tables = model.map(path -> Stream.of(own(path, tasks)))
                .orElseGet(() -> known(tasks))
                .toList();
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (ParameterTables table : tables) {
            if (!all.isEmpty()) {
                console.result("");
            }
            table.print(console);
            all.add(table.json());
        }
        console.line("");
        console.line("What AdaMerging holds while it adapts; what it makes is a single model.");
        console.json(all.toPrettyString());
    }

    private static ParameterTables own(Path path, int tasks) {
        Architecture architecture = Families.architecture(path);
        return new ParameterTables(
                path + " (" + architecture.describe() + ")", ParameterCounts.of(architecture), tasks);
    }

    /** The models of the papers. OpenCLIP's encoder has a token embedding, which transformers' vision tower has not. */
    private static Stream<ParameterTables> known(int tasks) {
        OpenClipVision openClip = OpenClipVision.imageEncoder(768, 12, 32, 512);
        return Stream.of(
                new ParameterTables("CLIP ViT-B/32, OpenCLIP image encoder", ParameterCounts.of(openClip), tasks),
                new ParameterTables(
                        "CLIP ViT-B/32, Hugging Face vision tower", ParameterCounts.of(tower(768, 12, 32)), tasks),
                new ParameterTables(
                        "CLIP ViT-L/14, Hugging Face vision tower", ParameterCounts.of(tower(1024, 24, 14)), tasks));
    }

    private static ClipVisionConfig tower(int width, int layers, int patch) {
        ObjectNode config = new ObjectMapper()
                .createObjectNode()
                .put("model_type", "clip_vision_model")
                .put("hidden_size", width)
                .put("intermediate_size", 4 * width)
                .put("num_hidden_layers", layers)
                .put("num_attention_heads", width / 64)
                .put("patch_size", patch);
        return ClipVisionConfig.of(config, "ViT");
    }

    /** WEMoE with the routers of the paper, for one task and more. */
    private List<Row> byTasks() {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("single model", 1, counts.model(), OptionalLong.empty()));
        IntStream.rangeClosed(1, tasks).forEach(k -> {
            ParameterCount count = counts.weightEnsembling(k, 2);
            rows.add(new Row(
                    "WEMoE 2-layer, " + k + (k == 1 ? " task" : " tasks"),
                    k,
                    count,
                    k == 1 ? OptionalLong.empty() : OptionalLong.of(count.saved(k, counts.single()))));
        });
        return rows;
    }

    /** From one coefficient a task to routers of two layers. */
    private List<Row> byDepth() {
        return List.of(
                new Row("AdaMerging task-wise", tasks, counts.taskWise(tasks), OptionalLong.empty()),
                new Row("AdaMerging layer-wise", tasks, counts.layerWise(tasks), OptionalLong.empty()),
                new Row("WEMoE 0-layer", tasks, counts.weightEnsembling(tasks, 0), OptionalLong.empty()),
                new Row("WEMoE 1-layer", tasks, counts.weightEnsembling(tasks, 1), OptionalLong.empty()),
                new Row("WEMoE 2-layer", tasks, counts.weightEnsembling(tasks, 2), OptionalLong.empty()));
    }

    private void print(Console console) {
        console.result(console.bold(title) + ", " + counts.tensors() + " tensors");
        console.result("");
        console.table(new Table(
                List.of(
                        Column.left("parameters"),
                        Column.right("trainable"),
                        Column.right(""),
                        Column.right("total"),
                        Column.right("saved by merging")),
                byTasks().stream()
                        .map(row -> List.of(
                                row.method(),
                                count(row.count().trainable()),
                                percent(row.count()),
                                count(row.count().total()),
                                row.saved().isPresent() ? count(row.saved().getAsLong()) : "–"))
                        .toList()));
        console.result("");
        console.table(new Table(
                List.of(
                        Column.left("router depth, " + tasks + (tasks == 1 ? " task" : " tasks")),
                        Column.right("trainable"),
                        Column.right(""),
                        Column.right("total")),
                byDepth().stream()
                        .map(row -> List.of(
                                row.method(),
                                count(row.count().trainable()),
                                percent(row.count()),
                                count(row.count().total())))
                        .toList()));
    }

    private ObjectNode json() {
        ObjectNode table =
                JsonNodeFactory.instance.objectNode().put("model", title).put("tensors", counts.tensors());
        ArrayNode rows = table.putArray("rows");
        Stream.concat(byTasks().stream(), byDepth().stream()).forEach(row -> {
            ObjectNode node = rows.addObject()
                    .put("method", row.method())
                    .put("tasks", row.tasks())
                    .put("trainable", row.count().trainable())
                    .put("total", row.count().total());
            row.saved().ifPresent(saved -> node.put("saved", saved));
        });
        return table;
    }

    /** 113.45M, 73.8K, 8: as the papers write them. */
    private static String count(long number) {
        long size = Math.abs(number);
        if (size >= 1_000_000) {
            return String.format(Locale.ROOT, "%.2fM", number / 1e6);
        }
        return size >= 1_000 ? String.format(Locale.ROOT, "%.1fK", number / 1e3) : Long.toString(number);
    }

    private static String percent(ParameterCount count) {
        double percent = 100 * count.trainableShare();
        if (percent == 100) {
            return "100%";
        }
        return percent < 0.005 ? "<0.01%" : String.format(Locale.ROOT, "%.2f%%", percent);
    }
}
