package org.amalgam.pareto;

import org.amalgam.data.Seeds;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Preferences at random from the symmetric Dirichlet distribution; one named by seed and step, so that none depends on how many
 * were drawn before.
 *
 * @param alpha concentration, above 0: 1 is uniform on the simplex, less is near its corners, more near its centre
 */
public record Dirichlet(int tasks, double alpha, long seed) {

    /** The preference of a step. */
    public Preference at(int step) {
        Random random = new Random(Seeds.seed(seed, "preference", Integer.toString(step)));
        List<Double> logs = new ArrayList<>();
        for (int k = 0; k < tasks; k++) {
            logs.add(logGamma(random));
        }
        // In logarithms: for a small alpha all the numbers themselves may be too small for a double.
        double largest = Collections.max(logs);
        return new Preference(logs.stream().map(log -> Math.exp(log - largest)).toList());
    }

    /** The logarithm of a number from the gamma distribution (Marsaglia and Tsang, 2000), of shape alpha and scale 1. */
    private double logGamma(Random random) {
        double d = alpha + 1 - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = Math.pow(1 + c * x, 3);
            double u = 1 - random.nextDouble();
            if (v > 0 && Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return Math.log(d * v) + Math.log(1 - random.nextDouble()) / alpha;
            }
        }
    }
}
