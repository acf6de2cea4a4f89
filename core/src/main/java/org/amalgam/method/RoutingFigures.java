package org.amalgam.method;

import org.amalgam.figure.Axis;
import org.amalgam.figure.ColumnGroup;
import org.amalgam.figure.Figure;
import org.amalgam.tensor.Tensor;

import java.util.List;
import java.util.function.Function;

/** Figures of routers. */
final class RoutingFigures {

    private RoutingFigures() {}

    /**
     * Constant routing weights: tasks by groups of parameters.
     *
     * @param constants [K] of each group
     */
    static Figure constants(List<String> tasks, List<String> groups, Function<String, Tensor> constants) {
        double[][] values = new double[tasks.size()][groups.size()];
        for (int column = 0; column < groups.size(); column++) {
            float[] weights = constants.apply(groups.get(column)).toFloats();
            for (int k = 0; k < weights.length; k++) {
                values[k][column] = weights[k];
            }
        }
        return new Figure.HeatMap(
                "Routing weights",
                "Each cell is the learned weight with which one group of parameters (column) of one task vector (row) enters the"
                        + " merged model, whatever the input.",
                Axis.of("parameters, by block"),
                Axis.of("task"),
                tasks,
                groups,
                ColumnGroup.byBlock(groups),
                Figure.HeatMap.values(values),
                Axis.of("routing weight"),
                Figure.Scale.SEQUENTIAL);
    }
}
