package org.amalgam.pareto;

import org.ojalgo.optimisation.Expression;
import org.ojalgo.optimisation.ExpressionsBasedModel;
import org.ojalgo.optimisation.Optimisation;
import org.ojalgo.optimisation.Variable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The search for the exact Pareto optimum on a ray (Mahapatra and Rajan, EPO Search, ICML 2020): a linear program whose solution
 * combines the tasks' gradients, either to bring the losses nearer to the ray or, on the ray, to lower all of them.
 *
 * <p>With p the share of {@code r_k L_k} in their sum, the non-uniformity is {@code mu = sum_k p_k log(K p_k)} and the
 * adjustments are {@code a_k = r_k (log(K p_k) - mu)}; G holds the inner products of the tasks' gradients, and {@code c = G a}.
 */
public final class ExactPareto {

    /** Above this non-uniformity the losses are balanced, below it they descend. */
    public static final double BALANCED = 1e-4;

    /** Shares that single precision cannot tell from nothing do not count. */
    private static final double EPSILON = 0x1p-23;

    /** What the reference's solver leaves constraints to miss, where the largest entry of G is 1. */
    private static final double FEASIBILITY = 1e-7;

    private ExactPareto() {}

    /** What the program was to do. */
    public enum Move {
        BALANCE,
        DESCENT
    }

    /**
     * How the tasks' losses are to be combined.
     *
     * @param alpha on the simplex; the preference itself where the program has no solution
     * @param solved whether it has one
     */
    public record Direction(
            List<Double> alpha, double nonUniformity, List<Double> adjustments, Move move, boolean solved) {

        public Direction {
            alpha = List.copyOf(alpha);
            adjustments = List.copyOf(adjustments);
        }
    }

    /**
     * Searches.
     *
     * @param losses [K], above 0
     * @param gram [K][K], inner products of the tasks' gradients
     */
    public static Direction search(Preference preference, double[] losses, double[][] gram) {
        double[] r = preference.toArray();
        double[] weighted = new double[r.length];
        for (int k = 0; k < r.length; k++) {
            weighted[k] = r[k] * losses[k];
        }
        double sum = Arrays.stream(weighted).sum();
        double mu = Arrays.stream(weighted)
                .map(rl -> rl / sum)
                .filter(p -> p > EPSILON)
                .map(p -> p * Math.log(r.length * p))
                .sum();
        double[] a = new double[r.length];
        for (int k = 0; k < r.length; k++) {
            // r log r has the limit 0
            a[k] = r[k] == 0 ? 0 : r[k] * (Math.log(r.length * weighted[k] / sum) - mu);
        }
        Move move = mu > BALANCED ? Move.BALANCE : Move.DESCENT;
        double[] alpha = alpha(scaled(gram), a, weighted, move);
        return new Direction(
                alpha == null
                        ? preference.weights()
                        : Arrays.stream(alpha).boxed().toList(),
                mu,
                Arrays.stream(a).boxed().toList(),
                move,
                alpha != null);
    }

    /** Every part of the program is linear in G: its solution does not depend on G's size, a solver's tolerances do. */
    private static double[][] scaled(double[][] gram) {
        double largest = Arrays.stream(gram)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .max()
                .orElse(0);
        return Arrays.stream(gram)
                .map(row -> Arrays.stream(row).map(g -> g / largest).toArray())
                .toArray(double[][]::new);
    }

    private static double[] alpha(double[][] gram, double[] a, double[] weighted, Move move) {
        double[] c = product(gram, a);
        if (!Arrays.stream(c).allMatch(Double::isFinite)) {
            return null;
        }
        ExpressionsBasedModel program = new ExpressionsBasedModel();
        List<Variable> alpha = new ArrayList<>();
        for (int k = 0; k < a.length; k++) {
            alpha.add(program.newVariable("alpha" + k).lower(0));
        }
        Expression simplex = program.newExpression("simplex").level(1);
        alpha.forEach(variable -> simplex.set(variable, 1));
        if (move == Move.BALANCE) {
            balance(program, alpha, gram, c, weighted);
        } else {
            descent(program, alpha, gram, c);
        }
        Optimisation.Result result = program.maximise();
        return result.getState().isFeasible() ? onSimplex(result, a.length) : null;
    }

    /** Against the adjustments as steeply as can be, while no other task that is not above its share gets worse than they ask. */
    private static void balance(
            ExpressionsBasedModel program, List<Variable> alpha, double[][] gram, double[] c, double[] weighted) {
        boolean any = Arrays.stream(c).anyMatch(cj -> cj > 0);
        double worst = Arrays.stream(weighted).max().orElseThrow();
        for (int j = 0; j < c.length; j++) {
            alpha.get(j).weight(c[j]);
            if (!any || weighted[j] == worst) {
                bound(program, alpha, "G" + j, gram[j], 0);
            } else if (c[j] <= 0) {
                bound(program, alpha, "G" + j, gram[j], c[j]);
            }
        }
    }

    /** Down as steeply as can be, while no task gets worse and the losses stay on the ray. */
    private static void descent(ExpressionsBasedModel program, List<Variable> alpha, double[][] gram, double[] c) {
        for (int j = 0; j < c.length; j++) {
            double slope = 0;
            for (double[] row : gram) {
                slope += row[j];
            }
            alpha.get(j).weight(slope);
            bound(program, alpha, "G" + j, gram[j], 0);
        }
        // Where the losses lie on the ray c is 0 up to rounding, and says nothing.
        if (Arrays.stream(c).map(Math::abs).max().orElseThrow() > FEASIBILITY) {
            bound(program, alpha, "ray", c, -Math.max(0, -Arrays.stream(c).max().orElseThrow()));
        }
    }

    private static void bound(
            ExpressionsBasedModel program, List<Variable> alpha, String name, double[] row, double least) {
        Expression constraint = program.newExpression(name).lower(least);
        for (int k = 0; k < row.length; k++) {
            constraint.set(alpha.get(k), row[k]);
        }
    }

    private static double[] product(double[][] matrix, double[] vector) {
        double[] product = new double[vector.length];
        for (int j = 0; j < vector.length; j++) {
            for (int k = 0; k < vector.length; k++) {
                product[j] += matrix[j][k] * vector[k];
            }
        }
        return product;
    }

    private static double[] onSimplex(Optimisation.Result result, int tasks) {
        double[] alpha = new double[tasks];
        for (int k = 0; k < tasks; k++) {
            alpha[k] = Math.max(0, result.doubleValue(k));
        }
        double sum = Arrays.stream(alpha).sum();
        return sum > 0 ? Arrays.stream(alpha).map(part -> part / sum).toArray() : null;
    }
}
