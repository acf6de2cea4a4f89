package org.amalgam.report;

import org.amalgam.report.AccuracyTable.Kind;
import org.amalgam.report.AccuracyTable.Row;

import java.util.Optional;
import java.util.OptionalDouble;

/** The result in words. */
final class Verdict {

    private Verdict() {}

    static String of(AccuracyTable table) {
        Optional<Row> headline = table.headline();
        if (headline.isEmpty() || table.average(headline.get()).isEmpty()) {
            return "No accuracy on all tasks was measured.";
        }
        Row row = headline.get();
        StringBuilder text = new StringBuilder();
        text.append(table.rows(Kind.MERGED).size() > 1 ? "Best is " + row.label() + " with " : "It reaches ");
        text.append(Numbers.percent(table.average(row).getAsDouble())).append(" %");
        table.averageInterval(row).ifPresent(i -> text.append(" ± ").append(Numbers.percent(i.half())));
        int tasks = table.tasks().size();
        text.append(
                tasks == 1 ? " accuracy on " + table.tasks().get(0) : " accuracy on average over " + tasks + " tasks");
        kept(table, row, "keeps", "loses")
                .ifPresent(kept -> text.append(" and ").append(kept));
        OptionalDouble zeroShot = table.averageOf(Kind.ZERO_SHOT);
        OptionalDouble experts = table.averageOf(Kind.EXPERT);
        if (zeroShot.isPresent() && experts.isPresent()) {
            text.append(" (zero-shot ").append(Numbers.percent(zeroShot.getAsDouble()));
            text.append(" %, experts ")
                    .append(Numbers.percent(experts.getAsDouble()))
                    .append(" %)");
        }
        return text.append('.').toString();
    }

    /** {@code kept 86 % of what fine-tuning gained}; a model below the ancestor is said to be below it. */
    static Optional<String> kept(AccuracyTable table, Row row) {
        return kept(table, row, "kept", "lost");
    }

    private static Optional<String> kept(AccuracyTable table, Row row, String keeps, String loses) {
        OptionalDouble kept = table.kept(row);
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        if (kept.getAsDouble() >= 0) {
            return Optional.of(keeps + " " + Math.round(100 * kept.getAsDouble()) + " % of what fine-tuning gained");
        }
        double below = table.averageOf(Kind.ZERO_SHOT).getAsDouble()
                - table.average(row).getAsDouble();
        return Optional.of(loses + " " + Numbers.percent(below) + " points against the model without fine-tuning");
    }
}
