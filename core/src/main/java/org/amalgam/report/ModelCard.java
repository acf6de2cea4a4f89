package org.amalgam.report;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.pool.Interval;
import org.amalgam.pool.Loading;
import org.amalgam.report.AccuracyTable.Row;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The model card ({@code README.md}) of a merged model's folder: front matter that the Hugging Face Hub reads, then what a
 * finder of the folder needs to trust, load and repeat it. {@code base_model} names those inputs that have a repository on the
 * Hub, since the Hub refuses anything else there; every input is in the card's own table.
 */
public final class ModelCard {

    private ModelCard() {}

    /**
     * Writes the card, in full or not at all.
     *
     * @param loading how the model is loaded
     * @param folder the model's folder
     * @throws AmalgamException if the file cannot be written
     */
    public static void write(RunReport report, MethodSection method, Loading loading, Path folder) {
        AtomicFile.write(folder.resolve("README.md"), text(report, method, loading));
    }

    /** The card of the model that the method made in this run. */
    public static String text(RunReport report, MethodSection method, Loading loading) {
        List<String> lines = new ArrayList<>();
        frontMatter(lines, report, method, loading);
        lines.add("# " + inline(report.title()));
        lines.add("");
        lines.add(inline(method.sentence()));
        if (!method.citation().isEmpty()) {
            lines.add("");
            lines.add("Paper: " + inline(method.citation()));
        }
        results(lines, report.accuracy(), method);
        loading(lines, loading);
        settings(lines, method);
        inputs(lines, report);
        provenance(lines, report);
        return String.join("\n", lines) + "\n";
    }

    private static void frontMatter(List<String> lines, RunReport report, MethodSection method, Loading loading) {
        lines.add("---");
        lines.add("library_name: " + loading.library());
        lines.add("tags:");
        lines.add("- model-merging");
        lines.add("- amalgam");
        lines.add("- " + tag(method.name()));
        List<String> bases = report.inputs().stream()
                .flatMap(input -> input.hubId().stream())
                .distinct()
                .toList();
        if (!bases.isEmpty()) {
            lines.add("base_model:");
            bases.forEach(base -> lines.add("- " + quoted(base)));
        }
        lines.add("---");
        lines.add("");
    }

    private static void results(List<String> lines, AccuracyTable table, MethodSection method) {
        List<Row> rows = table.rows().stream()
                .filter(row ->
                        row.kind() != AccuracyTable.Kind.MERGED || row.label().equals(method.name()))
                .toList();
        if (rows.isEmpty() || table.tasks().isEmpty()) {
            return;
        }
        heading(lines, "Results");
        lines.add("Accuracy in per cent, with half the width of its 95 % interval. Experts: each on its own task.");
        lines.add("");
        List<String> header = new ArrayList<>(List.of("model"));
        header.addAll(table.tasks());
        header.add("average");
        row(lines, header);
        lines.add("|---" + "|---:".repeat(header.size() - 1) + "|");
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(row.label()));
            for (String task : table.tasks()) {
                cells.add(row.score(task)
                        .map(score -> withInterval(score.accuracy(), score.accuracyInterval()))
                        .orElse("–"));
            }
            OptionalDouble average = table.average(row);
            cells.add(
                    average.isPresent()
                            ? withInterval(
                                    average.getAsDouble(),
                                    table.averageInterval(row).orElseThrow())
                            : "–");
            row(lines, cells);
        }
        table.rows(AccuracyTable.Kind.MERGED).stream()
                .filter(row -> row.label().equals(method.name()))
                .findFirst()
                .flatMap(row -> Verdict.kept(table, row))
                .ifPresent(kept -> {
                    lines.add("");
                    lines.add("It " + kept + ".");
                });
    }

    private static void loading(List<String> lines, Loading loading) {
        heading(lines, "Loading");
        lines.add("```python");
        lines.addAll(loading.python());
        lines.add("```");
    }

    private static void settings(List<String> lines, MethodSection method) {
        heading(lines, "Settings");
        row(lines, List.of("key", "value"));
        lines.add("|---|---|");
        SettingsText.flatten(method.settings()).forEach((key, value) -> row(lines, List.of(key, value)));
        method.modelInfo().ifPresent(info -> {
            lines.add("");
            lines.add(Numbers.count(info.networkParams()) + " parameters.");
        });
    }

    private static void inputs(List<String> lines, RunReport report) {
        heading(lines, "Inputs");
        row(lines, List.of("name", "path", "size", "SHA-256"));
        lines.add("|---|---|---:|---|");
        for (Input input : report.inputs()) {
            row(
                    lines,
                    List.of(
                            input.name(),
                            input.path(),
                            Numbers.bytes(input.bytes()),
                            input.sha256().orElse("–")));
        }
    }

    private static void provenance(List<String> lines, RunReport report) {
        heading(lines, "Repeating it");
        // A fence longer than any run of backticks within cannot be closed by the command itself.
        String fence = "`".repeat(Math.max(3, 1 + longestRunOfBackticks(report.command())));
        lines.add(fence + "sh");
        lines.add(report.command());
        lines.add(fence);
        lines.add("");
        Versions versions = report.versions();
        String seed = report.seed().isPresent() ? "Seed " + report.seed().getAsLong() + "; amalgam " : "Amalgam ";
        lines.add(seed + inline(versions.amalgam()) + ", libtorch "
                + inline(versions.libtorch()) + ", " + inline(versions.java()) + ", " + inline(versions.os())
                + "; started "
                + report.started() + ", took " + Numbers.duration(report.wallSeconds()) + ".");
        if (!report.notes().isEmpty()) {
            heading(lines, "Notes");
            report.notes().forEach(note -> lines.add("- " + inline(note)));
        }
    }

    private static void heading(List<String> lines, String text) {
        lines.add("");
        lines.add("## " + text);
        lines.add("");
    }

    private static void row(List<String> lines, List<String> cells) {
        lines.add(
                "| " + String.join(" | ", cells.stream().map(ModelCard::inline).toList()) + " |");
    }

    private static String withInterval(double accuracy, Interval interval) {
        return Numbers.percent(accuracy) + " ± " + Numbers.percent(interval.half());
    }

    /** Text that Markdown leaves alone: no line break, no table cell, no HTML, no emphasis by underscores inside names. */
    private static String inline(String text) {
        return text.replaceAll("\\s+", " ")
                .replace("\\", "\\\\")
                .replace("|", "\\|")
                .replace("<", "&lt;")
                .replace("*", "\\*")
                .replace("_", "\\_")
                .replace("`", "\\`")
                .replace("[", "\\[");
    }

    /** A YAML string in double quotes. */
    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ") + "\"";
    }

    private static String tag(String name) {
        String tag = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return tag.isEmpty() ? "merged" : tag;
    }

    private static int longestRunOfBackticks(String text) {
        int longest = 0;
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            run = text.charAt(i) == '`' ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }
}
