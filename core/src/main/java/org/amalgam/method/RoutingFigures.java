package org.amalgam.method;

import org.amalgam.figure.Axis;
import org.amalgam.figure.ColumnGroup;
import org.amalgam.figure.Figure;
import org.amalgam.merge.Groups;
import org.amalgam.mixture.RouterSpec;
import org.amalgam.tensor.Weights;

import java.util.List;

/** Figures of routers. */
final class RoutingFigures {

    private RoutingFigures() {}

    /** Constant routing weights: tasks by groups of parameters. */
    static Figure constants(List<String> tasks, Weights constants, boolean shared, Groups groups) {
        List<String> names = List.copyOf(groups.members().keySet());
        double[][] values = new double[tasks.size()][names.size()];
        for (int column = 0; column < names.size(); column++) {
            float[] weights = constants
                    .get(RouterSpec.constant(names.get(column), shared))
                    .toFloats();
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
                names,
                ColumnGroup.byBlock(names),
                Figure.HeatMap.values(values),
                Axis.of("routing weight"),
                Figure.Scale.SEQUENTIAL);
    }
}
