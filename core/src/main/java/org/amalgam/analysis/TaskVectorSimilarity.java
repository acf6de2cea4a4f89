package org.amalgam.analysis;

import org.amalgam.figure.Axis;
import org.amalgam.figure.ColumnGroup;
import org.amalgam.figure.Figure;
import org.amalgam.merge.TaskMatrices;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.settings.Spelling;
import org.amalgam.tensor.Span;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How alike task vectors are: the cosine of the angle between any two, over all parameters, and how far each has moved every
 * tensor (Ilharco et al., ICLR 2023). Task vectors that are nearly orthogonal add up without disturbing each other.
 */
public record TaskVectorSimilarity(
        @Setting(value = "[]", help = "names of tensors that are left out")
        List<String> removeKeys) implements Analysis {

    @Override
    public String plan(ModelPool pool, List<Task> tasks, boolean fastDevRun) {
        Spelling.requireKnown(
                removeKeys, pool.ancestor().weights().names(), "analysis.remove_keys: the models have no tensor");
        return "cosines of task vectors, %d tensors"
                .formatted(pool.taskMatrices(removeKeys).names().size());
    }

    /** A few spans of all models in double precision on every worker. */
    @Override
    public long memory(ModelPool pool, Run run) {
        return run.workers().count() * 4L * (pool.experts().size() + 1) * Span.ELEMENTS * Double.BYTES;
    }

    @Override
    public Findings findings(ModelPool pool, List<Task> tasks, Run run) {
        TaskMatrices vectors = pool.taskMatrices(removeKeys);
        Map<String, GramMatrix> byTensor = GramMatrix.byTensor(vectors, run);
        GramMatrix all = byTensor.values().stream()
                .reduce(GramMatrix::plus)
                .orElseGet(() -> GramMatrix.zero(pool.experts().size()));
        List<String> names = pool.tasks();
        return new Findings(sentence(names, all), lines(names, all), figures(names, all, byTensor), List.of());
    }

    private static String sentence(List<String> names, GramMatrix all) {
        int count = names.size();
        if (count == 1) {
            return "The task vector of %s has length %s; there is no other to compare it with."
                    .formatted(names.get(0), number(all.norm(0)));
        }
        // A model that is its ancestor has no direction, and no cosine to another.
        List<Angle> angles = IntStream.range(0, count)
                .boxed()
                .flatMap(i -> IntStream.range(i + 1, count)
                        .mapToObj(j -> new Angle(names.get(i), names.get(j), all.cosine(i, j))))
                .filter(angle -> !Double.isNaN(angle.cosine()))
                .sorted(Comparator.comparingDouble(Angle::cosine))
                .toList();
        if (angles.isEmpty()) {
            return "No two of the models differ from their ancestor, so no angle is between their task vectors.";
        }
        Angle least = angles.get(0);
        Angle most = angles.get(angles.size() - 1);
        String first = "The task vectors of %s and %s have the cosine %s"
                .formatted(most.one(), most.other(), number(most.cosine()));
        return angles.size() == 1
                ? first + "."
                : first
                        + ", the highest of all pairs; those of %s and %s the lowest, %s."
                                .formatted(least.one(), least.other(), number(least.cosine()));
    }

    private record Angle(String one, String other, double cosine) {}

    /** The matrix for the terminal, with the lengths in front. */
    private static List<String> lines(List<String> names, GramMatrix all) {
        int label = names.stream().mapToInt(String::length).max().orElse(0);
        int width = Math.max(7, label);
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(" ".repeat(label)).append(right("length", 10));
        names.forEach(name -> head.append(right(name, width)));
        lines.add(head.toString());
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            StringBuilder line =
                    new StringBuilder(name + " ".repeat(label - name.length())).append(right(number(all.norm(i)), 10));
            for (int j = 0; j < names.size(); j++) {
                line.append(right(number(all.cosine(i, j)), width));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    /** At the right end of a column of that width, two spaces from the column before. */
    private static String right(String text, int width) {
        return " ".repeat(2 + Math.max(0, width - text.length())) + text;
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.4g", value);
    }

    private static List<Figure> figures(List<String> names, GramMatrix all, Map<String, GramMatrix> byTensor) {
        int count = names.size();
        double[][] cosines = new double[count][count];
        IntStream.range(0, count)
                .forEach(i -> IntStream.range(0, count).forEach(j -> cosines[i][j] = all.cosine(i, j)));
        List<String> tensors = List.copyOf(byTensor.keySet());
        double[][] lengths = new double[count][tensors.size()];
        for (int column = 0; column < tensors.size(); column++) {
            for (int k = 0; k < count; k++) {
                lengths[k][column] = byTensor.get(tensors.get(column)).norm(k);
            }
        }
        return List.of(
                new Figure.HeatMap(
                        "Similarity of the task vectors",
                        "Each cell is the cosine of the angle between two task vectors, over all parameters: 0 where they are"
                                + " orthogonal, below 0 where they pull apart.",
                        Axis.of("task"),
                        Axis.of("task"),
                        names,
                        names,
                        List.of(),
                        Figure.HeatMap.values(cosines),
                        Axis.of("cosine"),
                        Figure.Scale.DIVERGING),
                new Figure.HeatMap(
                        "Lengths of the task vectors by tensor",
                        "Each cell is the norm of what fine-tuning for one task (row) added to one tensor (column): where a model"
                                + " has changed.",
                        Axis.of("parameters, by block"),
                        Axis.of("task"),
                        names,
                        tensors,
                        ColumnGroup.byBlock(tensors),
                        Figure.HeatMap.values(lengths),
                        Axis.of("norm"),
                        Figure.Scale.SEQUENTIAL));
    }
}
