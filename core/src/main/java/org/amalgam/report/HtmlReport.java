package org.amalgam.report;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.figure.Figure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The report for people: one file that needs no network, in light, in dark and on paper. It holds the chart library, its own
 * style and script, and a content security policy under which a browser refuses every outside request.
 */
public final class HtmlReport {

    private static final String CHART_LIBRARY = "/META-INF/resources/webjars/echarts/5.5.0/echarts.min.js";
    private static final String STYLE = "/org/amalgam/report/report.css";
    private static final String SCRIPT = "/org/amalgam/report/report.js";
    private static final String FRONT = "/org/amalgam/report/front.js";
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private HtmlReport() {}

    /**
     * Writes the page, in full or not at all.
     *
     * @throws AmalgamException if the file cannot be written
     */
    public static void write(RunReport report, Path file) {
        AtomicFile.write(file, text(report));
    }

    /** The page's text. */
    public static String text(RunReport report) {
        StringOutput output = new StringOutput();
        TemplateEngine.createPrecompiled(
                        null, ContentType.Html, HtmlReport.class.getClassLoader(), "org.amalgam.report.templates")
                .render("page.jte", page(report), output);
        return output.toString();
    }

    private static Page page(RunReport report) {
        AccuracyTable table = report.accuracy();
        List<Figure> figures = new ArrayList<>(report.overview());
        Figures.accuracyByTask(table).ifPresent(figures::add);
        List<Page.Drawing> overview = drawings(figures, 0);
        List<Page.Section> sections = new ArrayList<>();
        for (MethodSection method : report.methods()) {
            sections.add(section(method, "method-" + sections.size(), figures.size()));
            figures.addAll(method.figures());
        }
        Palette palette = palette(table, figures);
        return new Page(
                report.title(),
                keptTogether(report.verdict()),
                facts(report),
                report.notes(),
                ScoreTables.accuracies(report, palette),
                ScoreTables.losses(table, palette),
                overview,
                sections,
                LimitsTable.of(report.limits()),
                report.inputs(),
                SettingsText.flatten(report.configuration()),
                report.command(),
                versions(report),
                FigureData.json(figures, palette),
                new Page.Assets(
                        resource(STYLE), script(resource(CHART_LIBRARY)), script(resource(FRONT) + resource(SCRIPT))));
    }

    /** Tasks first, so that they have the same colours in every report on them; then whatever else the figures name. */
    private static Palette palette(AccuracyTable table, List<Figure> figures) {
        List<String> keys = new ArrayList<>(table.tasks());
        for (Figure figure : figures) {
            if (figure instanceof Figure.Lines lines) {
                lines.series().stream()
                        .map(Figure.Series::colourKey)
                        .filter(key -> !key.equals(Figure.Series.NOBODYS))
                        .forEach(keys::add);
            }
        }
        return Palette.of(keys);
    }

    private static List<Page.Drawing> drawings(List<Figure> figures, int firstIndex) {
        List<Page.Drawing> drawings = new ArrayList<>();
        for (Figure figure : figures) {
            drawings.add(new Page.Drawing(
                    firstIndex + drawings.size(), figure.title(), figure.caption(), DataTable.of(figure)));
        }
        return drawings;
    }

    private static Page.Section section(MethodSection method, String anchor, int firstFigure) {
        return new Page.Section(
                anchor,
                method.name(),
                method.sentence(),
                method.citation(),
                method.modelInfo()
                        .map(HtmlReport::size)
                        .map(HtmlReport::keptTogether)
                        .orElse(""),
                drawings(method.figures(), firstFigure),
                method.profile().map(HtmlReport::timings).orElse(List.of()),
                SettingsText.flatten(method.settings()));
    }

    private static String size(ModelInfo info) {
        String all = Numbers.count(info.allParams()) + " parameters";
        return info.trainableParams() == info.allParams()
                ? all + "."
                : all + ", " + Numbers.count(info.trainableParams()) + " of them trainable ("
                        + Numbers.significant(100 * info.trainablePercentage(), 2) + " %).";
    }

    private static List<Page.Timing> timings(Profile profile) {
        List<Page.Timing> timings = new ArrayList<>();
        for (ProfileRow row : profile.rows()) {
            timings.add(new Page.Timing(
                    row.action(),
                    Numbers.significant(row.meanSeconds(), 5),
                    Numbers.count(row.calls()),
                    Numbers.significant(row.totalSeconds(), 5),
                    Numbers.percent(profile.percent(row) / 100)));
        }
        timings.add(new Page.Timing(
                "total", "", Numbers.count(profile.calls()), Numbers.significant(profile.totalSeconds(), 5), "100"));
        return timings;
    }

    /** A per cent sign does not begin a line. */
    private static String keptTogether(String text) {
        return text.replace(" %", "\u00a0%");
    }

    private static List<String> facts(RunReport report) {
        List<String> facts = new ArrayList<>();
        facts.add(MINUTE.format(report.started()));
        facts.add(Numbers.duration(report.wallSeconds()));
        Limits limits = report.limits();
        facts.addAll(limits.sentences());
        limits.peakMemoryBytes().ifPresent(bytes -> facts.add("peak memory " + Numbers.bytes(bytes)));
        report.seed().ifPresent(seed -> facts.add("seed " + seed));
        return facts;
    }

    private static Map<String, String> versions(RunReport report) {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("amalgam", report.versions().amalgam());
        versions.put("libtorch", report.versions().libtorch());
        versions.put("Java", report.versions().java());
        versions.put("system", report.versions().os());
        return versions;
    }

    /** Inside a script element nothing may look like its end. */
    private static String script(String source) {
        return source.replace("</script", "<\\/script").replace("<!--", "<\\!--");
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(
                        name + " is not on the class path: the build that made this jar is broken");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
