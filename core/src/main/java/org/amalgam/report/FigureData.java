package org.amalgam.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.figure.Figure;

import java.util.List;
import java.util.Locale;

/** Figures as the page's script wants them: thinned, smoothed, coloured. */
final class FigureData {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MOST_POINTS = 600;

    private FigureData() {}

    /** JSON of the figures and the palette that may stand inside a script element: no text in it can end the element. */
    static String json(List<Figure> figures, Palette palette) {
        ObjectNode root = NODES.objectNode();
        ObjectNode colours = root.putObject("palette");
        palette.colours().forEach((key, colour) -> colours.putObject(key)
                .put("light", colour.light())
                .put("dark", colour.dark())
                .put("dash", colour.dash()));
        ArrayNode all = root.putArray("figures");
        figures.forEach(figure -> all.add(figure(figure)));
        try {
            return MAPPER.writeValueAsString(root)
                    .replace("<", "\\u003c")
                    .replace(">", "\\u003e")
                    .replace("&", "\\u0026")
                    .replace("\u2028", "\\u2028")
                    .replace("\u2029", "\\u2029");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain nodes cannot fail to be written", e);
        }
    }

    private static ObjectNode figure(Figure figure) {
        if (figure instanceof Figure.Lines lines) {
            return lines(lines);
        }
        if (figure instanceof Figure.HeatMap map) {
            return heatMap(map);
        }
        if (figure instanceof Figure.Landscape landscape) {
            return landscape(landscape);
        }
        if (figure instanceof Figure.Front front) {
            return front(front);
        }
        return dots((Figure.Dots) figure);
    }

    private static ObjectNode lines(Figure.Lines lines) {
        ObjectNode node = NODES.objectNode().put("kind", "lines");
        node.put("x", lines.x().label()).put("y", lines.y().label());
        node.put("xLog", lines.x().logarithmic()).put("yLog", lines.y().logarithmic());
        ArrayNode all = node.putArray("series");
        for (Figure.Series series : lines.series()) {
            ObjectNode one = all.addObject().put("name", series.name()).put("key", series.colourKey());
            if (lines.smoothing() > 0) {
                one.set("points", points(series.x(), Smoothing.smooth(series.y(), lines.smoothing())));
                one.set("raw", points(series.x(), series.y()));
            } else {
                one.set("points", points(series.x(), series.y()));
            }
        }
        return node;
    }

    private static ArrayNode points(List<Double> x, List<Double> y) {
        ArrayNode points = NODES.arrayNode();
        for (int i : Thinning.indices(y, MOST_POINTS)) {
            points.add(JsonReport.numbers(List.of(x.get(i), rounded(y.get(i)))));
        }
        return points;
    }

    /** Five digits are finer than a pixel and half the page. */
    private static double rounded(double value) {
        return Double.isFinite(value) ? Double.parseDouble(Numbers.significant(value, 5)) : value;
    }

    private static ObjectNode heatMap(Figure.HeatMap map) {
        ObjectNode node = NODES.objectNode().put("kind", "heatmap");
        node.put("x", map.x().label())
                .put("y", map.y().label())
                .put("value", map.value().label());
        node.put("scale", map.scale().name().toLowerCase(Locale.ROOT));
        map.rows().forEach(node.putArray("rows")::add);
        map.columns().forEach(node.putArray("columns")::add);
        ArrayNode groups = node.putArray("groups");
        map.groups().forEach(group -> groups.addObject()
                .put("name", group.name())
                .put("first", group.first())
                .put("last", group.last()));
        ArrayNode values = node.putArray("values");
        map.values()
                .forEach(row -> values.add(
                        JsonReport.numbers(row.stream().map(FigureData::rounded).toList())));
        return node;
    }

    private static ObjectNode front(Figure.Front front) {
        ObjectNode node = NODES.objectNode()
                .put("kind", "front")
                .put("value", front.value().label());
        front.tasks().forEach(node.putArray("tasks")::add);
        front.experts().forEach(node.putArray("experts")::add);
        ArrayNode points = node.putArray("points");
        for (Figure.Point point : front.points()) {
            ObjectNode one = points.addObject().put("dominated", point.dominated());
            one.set("preference", rounded(point.preference()));
            one.set("accuracies", rounded(point.accuracies()));
        }
        ArrayNode others = node.putArray("others");
        for (Figure.Beside other : front.others()) {
            ObjectNode one = others.addObject()
                    .put("name", other.name())
                    .put("expertOf", other.expertOf().orElse(null));
            one.set("accuracies", rounded(other.accuracies()));
        }
        return node;
    }

    private static ArrayNode rounded(List<Double> values) {
        return JsonReport.numbers(values.stream().map(FigureData::rounded).toList());
    }

    private static ObjectNode landscape(Figure.Landscape landscape) {
        ObjectNode node = NODES.objectNode().put("kind", "landscape");
        node.put("x", landscape.x().label())
                .put("y", landscape.y().label())
                .put("value", landscape.value().label());
        node.set("ticks", JsonReport.numbers(landscape.ticks()));
        ArrayNode surfaces = node.putArray("surfaces");
        for (int s = 0; s < landscape.surfaces().size(); s++) {
            ObjectNode one =
                    surfaces.addObject().put("name", landscape.surfaces().get(s).name());
            ArrayNode values = one.putArray("values");
            landscape
                    .surfaces()
                    .get(s)
                    .values()
                    .forEach(row -> values.add(JsonReport.numbers(
                            row.stream().map(FigureData::rounded).toList())));
            ArrayNode spots = one.putArray("spots");
            for (Figure.Spot spot : landscape.spots()) {
                spots.add(spot(spot, s));
            }
            spots.add(spot(landscape.lowest(s), s));
        }
        return node;
    }

    private static ObjectNode spot(Figure.Spot spot, int surface) {
        ObjectNode node = NODES.objectNode()
                .put("name", spot.name())
                .put("role", spot.role().name().toLowerCase(Locale.ROOT));
        node.set("at", JsonReport.numbers(List.of(spot.x(), spot.y())));
        node.set(
                "value", JsonReport.numbers(List.of(spot.values().get(surface))).get(0));
        return node;
    }

    private static ObjectNode dots(Figure.Dots dots) {
        ObjectNode node =
                NODES.objectNode().put("kind", "dots").put("x", dots.x().label());
        dots.rows().forEach(node.putArray("rows")::add);
        ArrayNode marks = node.putArray("marks");
        for (Figure.Mark mark : dots.marks()) {
            ObjectNode one = marks.addObject().put("name", mark.name());
            one.put("shape", mark.shape().name().toLowerCase(Locale.ROOT));
            one.set("values", JsonReport.numbers(mark.values()));
            ArrayNode intervals = one.putArray("intervals");
            mark.intervals().forEach(i -> intervals.add(JsonReport.numbers(List.of(i.low(), i.high()))));
        }
        ArrayNode references = node.putArray("references");
        dots.references()
                .forEach(r -> references.addObject().put("name", r.name()).put("value", r.value()));
        return node;
    }
}
