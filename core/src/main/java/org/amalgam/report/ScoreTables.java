package org.amalgam.report;

import org.amalgam.pool.Interval;
import org.amalgam.pool.TaskScore;
import org.amalgam.report.AccuracyTable.Kind;
import org.amalgam.report.AccuracyTable.Row;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What models reach on each task, as the page has it. */
final class ScoreTables {

    private ScoreTables() {}

    /** Accuracies in per cent with their intervals, and what each merged model keeps. */
    static Page.Scores accuracies(RunReport report, Palette palette) {
        AccuracyTable table = report.accuracy();
        return new Page.Scores(
                heads(table, palette),
                table.rows().stream().map(row -> line(report, row)).toList());
    }

    private static Page.Line line(RunReport report, Row row) {
        AccuracyTable table = report.accuracy();
        boolean merged = row.kind() == Kind.MERGED;
        boolean compared = merged && table.rows(Kind.MERGED).size() > 1;
        List<Page.Cell> cells = new ArrayList<>();
        for (String task : table.tasks()) {
            Optional<TaskScore> score = row.score(task);
            OptionalDouble accuracy =
                    score.isPresent() ? OptionalDouble.of(score.get().accuracy()) : OptionalDouble.empty();
            cells.add(cell(accuracy, score.map(TaskScore::accuracyInterval), compared, table.bestMerged(task)));
        }
        cells.add(cell(table.average(row), table.averageInterval(row), compared, table.bestMergedAverage()));
        OptionalDouble kept = merged ? table.kept(row) : OptionalDouble.empty();
        String keptText = kept.isPresent() ? Math.round(100 * kept.getAsDouble()) + " %" : "";
        return new Page.Line(
                row.label(), merged ? anchor(report, row.label()) : "", style(row.kind()), cells, keptText);
    }

    /** Mean losses of the rows that have any. */
    static Page.Scores losses(AccuracyTable table, Palette palette) {
        return new Page.Scores(
                heads(table, palette),
                table.rows().stream()
                        .filter(row -> row.scores().values().stream().anyMatch(score -> !Double.isNaN(score.loss())))
                        .map(row -> losses(table, row))
                        .toList());
    }

    private static Page.Line losses(AccuracyTable table, Row row) {
        List<Page.Cell> cells = new ArrayList<>();
        for (String task : table.tasks()) {
            cells.add(loss(row.score(task).map(TaskScore::loss).orElse(Double.NaN)));
        }
        cells.add(loss(table.averageLoss(row).orElse(Double.NaN)));
        return new Page.Line(row.label(), "", style(row.kind()), cells, "");
    }

    private static Page.Cell loss(double loss) {
        return new Page.Cell(Numbers.nats(loss), "", false);
    }

    private static String style(Kind kind) {
        return switch (kind) {
            case ZERO_SHOT -> "zero-shot";
            case EXPERT -> "expert";
            case MERGED -> "merged";
        };
    }

    private static Page.Cell cell(
            OptionalDouble value, Optional<Interval> interval, boolean compared, OptionalDouble best) {
        return new Page.Cell(
                value.isPresent() ? Numbers.percent(value.getAsDouble()) : "–",
                interval.map(i -> Numbers.percent(i.half())).orElse(""),
                compared && value.isPresent() && value.equals(best));
    }

    private static String anchor(RunReport report, String label) {
        for (int i = 0; i < report.methods().size(); i++) {
            if (report.methods().get(i).name().equals(label)) {
                return "method-" + i;
            }
        }
        return "";
    }

    private static List<Page.Head> heads(AccuracyTable table, Palette palette) {
        return table.tasks().stream()
                .map(task -> {
                    Palette.Colour colour = palette.colours().get(task);
                    return new Page.Head(task, colour.light(), colour.dark());
                })
                .toList();
    }
}
