package org.amalgam.report;

import org.amalgam.figure.Figure;
import org.amalgam.pool.TaskScore;
import org.amalgam.report.AccuracyTable.Kind;
import org.amalgam.report.AccuracyTable.Row;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Names that want to be something else. */
final class Hostile {

    static final String SCRIPT =
            "</script><script>document.title='owned'</script><img src=https://example.org/x onerror=alert(1)>";
    static final String COMMENT = "<!--<script>\u2028\"'`&|\n\u001b[31m";

    private Hostile() {}

    static RunReport report() {
        AccuracyTable table = new AccuracyTable(
                List.of(SCRIPT, COMMENT),
                List.of(new Row(
                        SCRIPT,
                        Kind.MERGED,
                        Map.of(SCRIPT, new TaskScore(0.5, 1, 10), COMMENT, new TaskScore(1, Double.NaN, 10)))));
        double[] steps = {0, 1, 2};
        Figure lines = Figures.coefficients(List.of(SCRIPT, COMMENT), steps, new double[][] {
            {1, Double.NaN, 3}, {Double.NaN, Double.NaN, Double.NaN}
        });
        Figure map = Figures.layerCoefficients(
                List.of(SCRIPT, COMMENT), List.of(COMMENT, SCRIPT), new double[][] {{1, Double.NaN}, {0, -1}});
        Figure blank = Figures.layerCoefficients(List.of(SCRIPT), List.of(COMMENT), new double[][] {{Double.NaN}});
        MethodSection method = new MethodSection(
                SCRIPT,
                SCRIPT,
                COMMENT,
                Map.of(SCRIPT, COMMENT),
                Optional.empty(),
                List.of(lines, map, blank),
                Optional.of(new Profile(List.of(new ProfileRow(SCRIPT, 1, 1)), 1)));
        RunReport sample = Samples.single(1);
        return new RunReport(
                SCRIPT,
                List.of(method),
                table,
                List.of(new Input(SCRIPT, COMMENT, Optional.of(SCRIPT), 1, Optional.of("a/b\"\n- c"))),
                "echo ```` " + SCRIPT,
                new Versions(SCRIPT, SCRIPT, COMMENT, COMMENT),
                OptionalLong.of(0),
                sample.started(),
                1,
                Limits.unknown(),
                List.of(SCRIPT, COMMENT));
    }

    static RunReport withTable(RunReport report, AccuracyTable table) {
        return new RunReport(
                report.title(),
                report.methods(),
                table,
                report.inputs(),
                report.command(),
                report.versions(),
                report.seed(),
                report.started(),
                report.wallSeconds(),
                report.limits(),
                report.notes());
    }
}
