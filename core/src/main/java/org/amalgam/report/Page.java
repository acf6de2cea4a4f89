package org.amalgam.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the page's template reads: everything worked out, nothing left to compute. Public because templates live in a package
 * of their own; made by {@link HtmlReport} alone.
 *
 * @param facts short statements below the headline: when, how long, how fast
 * @param losses mean losses of the rows that have any; without lines where none was measured
 * @param overview figures that compare all methods
 * @param configuration every setting of the run by its dotted key; empty where several runs are compared
 * @param figureData JSON for the script that draws, safe inside a script element
 */
public record Page(
        String title,
        String verdict,
        List<String> facts,
        List<String> notes,
        Scores scores,
        Scores losses,
        List<Drawing> overview,
        List<Section> sections,
        Optional<Reach> reach,
        List<Input> inputs,
        Map<String, String> configuration,
        String command,
        Map<String, String> versions,
        String figureData,
        Assets assets) {

    private static final Pattern BREAK = Pattern.compile("(?<=[-_./])");

    /** A table with a column a task. */
    public record Scores(List<Head> tasks, List<Line> lines) {}

    /** A column's name with its colour on light and on dark pages. */
    public record Head(String name, String light, String dark) {}

    /**
     * A row.
     *
     * @param anchor id of the method's section, empty where there is none
     * @param style {@code zero-shot}, {@code expert} or {@code merged}
     */
    public record Line(String label, String anchor, String style, List<Cell> cells, String kept) {}

    /** A value, half its interval's width (empty where unknown) and whether it is the best of its column. */
    public record Cell(String value, String half, boolean best) {}

    /** A figure's place: the script draws entry {@code index} of the data there. */
    public record Drawing(int index, String title, String caption, DataTable data) {}

    /** One method. */
    public record Section(
            String anchor,
            String name,
            String sentence,
            String citation,
            String size,
            List<Drawing> figures,
            List<Timing> timings,
            Map<String, String> settings) {}

    /** A row of the profile; {@code percent} is a number that is also the bar's length. */
    public record Timing(String action, String mean, String calls, String total, String percent) {}

    /** How far the parts of the run were from the machine's limit, and what that limit is. */
    public record Reach(List<Achieved> parts, String peaks) {}

    /** A part's rates and their shares of the peaks in per cent; empty where it did no such work. */
    public record Achieved(
            String part,
            String seconds,
            String samples,
            String gflops,
            String ofGemm,
            String gigabytes,
            String ofCopy) {}

    /** What is inlined into the page. */
    public record Assets(String style, String chartLibrary, String script) {}

    /** A name in parts between which a line may break: after a dash, a dot, a slash or an underscore. */
    public static List<String> parts(String name) {
        return List.of(BREAK.split(name, -1));
    }

    /** Bytes for readers. */
    public static String size(Input input) {
        return Numbers.bytes(input.bytes());
    }
}
