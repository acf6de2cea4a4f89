package org.amalgam.pareto;

import org.amalgam.pareto.ExactPareto.Direction;
import org.amalgam.pareto.ExactPareto.Move;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** The search against its promises, and against a solver that tries every vertex of the feasible region. */
class ExactParetoTest {

    private static final double SLACK = 1e-8;

    /** Losses, preference and the inner products of the gradients of so many tasks in so many dimensions. */
    private static final class Instance {
        private final Preference ray;
        private final double[] losses;
        private final double[][] gram;

        private Instance(Preference ray, double[] losses, double[][] gram) {
            this.ray = ray;
            this.losses = losses;
            this.gram = gram;
        }

        static Instance random(Random random, int tasks, int dimensions, boolean onTheRay) {
            List<Double> weights = IntStream.range(0, tasks)
                    .mapToObj(k -> 0.05 + random.nextDouble())
                    .toList();
            Preference ray = new Preference(weights);
            double[] losses = IntStream.range(0, tasks)
                    .mapToDouble(k -> onTheRay ? 0.7 / ray.weights().get(k) : 0.1 + 3 * random.nextDouble())
                    .toArray();
            double[][] gradients = new double[tasks][dimensions];
            for (double[] gradient : gradients) {
                Arrays.setAll(gradient, i -> random.nextGaussian());
            }
            double[][] gram = new double[tasks][tasks];
            for (int i = 0; i < tasks; i++) {
                for (int j = 0; j < tasks; j++) {
                    gram[i][j] = dot(gradients[i], gradients[j]);
                }
            }
            return new Instance(ray, losses, gram);
        }
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double[] product(double[][] matrix, double[] vector) {
        return Arrays.stream(matrix).mapToDouble(row -> dot(row, vector)).toArray();
    }

    // ---- the independent solver

    /** Rows {@code row . alpha >= least} of the program besides the simplex, and what is maximised. */
    private static final class Program {
        private final double[] objective;
        private final List<double[]> rows;
        private final List<Double> least;

        private Program(double[] objective, List<double[]> rows, List<Double> least) {
            this.objective = objective;
            this.rows = rows;
            this.least = least;
        }

        /** As the paper's code states it, written without a look at the solver's. */
        static Program of(Instance instance, Direction found) {
            double[] a = array(found.adjustments());
            double[] c = product(instance.gram, a);
            List<double[]> rows = new ArrayList<>();
            List<Double> least = new ArrayList<>();
            int tasks = c.length;
            if (found.move() == Move.DESCENT) {
                double[] ones = new double[tasks];
                Arrays.fill(ones, 1);
                rows.addAll(Arrays.asList(instance.gram));
                least.addAll(IntStream.range(0, tasks).mapToObj(j -> 0.0).toList());
                rows.add(c);
                least.add(-Math.max(0, -Arrays.stream(c).max().orElseThrow()));
                return new Program(product(instance.gram, ones), rows, least);
            }
            boolean any = Arrays.stream(c).anyMatch(cj -> cj > 0);
            int worst = 0;
            for (int j = 1; j < tasks; j++) {
                worst = instance.ray.weights().get(j) * instance.losses[j]
                                > instance.ray.weights().get(worst) * instance.losses[worst]
                        ? j
                        : worst;
            }
            for (int j = 0; j < tasks; j++) {
                if (any && c[j] > 0 && j != worst) {
                    continue;
                }
                rows.add(instance.gram[j]);
                least.add(any && j != worst ? c[j] : 0.0);
            }
            return new Program(c, rows, least);
        }

        /** The best vertex: every choice of K - 1 tight constraints, with the simplex, solved as linear equations. */
        OptionalDouble best(double slack) {
            int tasks = objective.length;
            List<double[]> all = new ArrayList<>(rows);
            List<Double> bounds = new ArrayList<>(least);
            for (int k = 0; k < tasks; k++) {
                double[] unit = new double[tasks];
                unit[k] = 1;
                all.add(unit);
                bounds.add(0.0);
            }
            return subsets(all.size(), tasks - 1).stream()
                    .map(tight -> solve(all, bounds, tight))
                    .filter(alpha -> alpha != null)
                    .filter(alpha -> IntStream.range(0, all.size())
                            .allMatch(i -> dot(all.get(i), alpha) >= bounds.get(i) - slack))
                    .mapToDouble(alpha -> dot(objective, alpha))
                    .max();
        }

        private static List<int[]> subsets(int of, int size) {
            List<int[]> subsets = new ArrayList<>();
            for (int bits = 0; bits < 1 << of; bits++) {
                if (Integer.bitCount(bits) == size) {
                    int set = bits;
                    subsets.add(IntStream.range(0, of)
                            .filter(i -> (set >> i & 1) == 1)
                            .toArray());
                }
            }
            return subsets;
        }

        /** Gaussian elimination with pivots; null where the equations are dependent. */
        private static double[] solve(List<double[]> all, List<Double> bounds, int[] tight) {
            int n = tight.length + 1;
            double[][] system = new double[n][n + 1];
            Arrays.fill(system[0], 1);
            for (int i = 1; i < n; i++) {
                System.arraycopy(all.get(tight[i - 1]), 0, system[i], 0, n);
                system[i][n] = bounds.get(tight[i - 1]);
            }
            for (int column = 0; column < n; column++) {
                int pivot = column;
                for (int i = column; i < n; i++) {
                    pivot = Math.abs(system[i][column]) > Math.abs(system[pivot][column]) ? i : pivot;
                }
                double[] swapped = system[pivot];
                system[pivot] = system[column];
                system[column] = swapped;
                if (Math.abs(swapped[column]) < 1e-10) {
                    return null;
                }
                for (int i = 0; i < n; i++) {
                    if (i != column) {
                        double factor = system[i][column] / swapped[column];
                        for (int k = column; k <= n; k++) {
                            system[i][k] -= factor * swapped[k];
                        }
                    }
                }
            }
            double[] alpha = new double[n];
            Arrays.setAll(alpha, i -> system[i][n] / system[i][i]);
            return alpha;
        }
    }

    @Test
    void isAsGoodAsTheBestVertex() {
        Random random = new Random(1);
        int unsolved = 0;
        for (int i = 0; i < 1_000; i++) {
            int tasks = 2 + i % 4;
            Instance instance = Instance.random(random, tasks, 1 + random.nextInt(6), i % 3 == 0);
            Direction found = ExactPareto.search(instance.ray, instance.losses, instance.gram);
            Program program = Program.of(instance, found);
            if (!found.solved()) {
                unsolved++;
                assertThat(program.best(-1e-6)).as("instance %d", i).isEmpty();
                assertThat(found.alpha()).isEqualTo(instance.ray.weights());
                continue;
            }
            double[] alpha = array(found.alpha());
            assertThat(Arrays.stream(alpha).sum()).isCloseTo(1, within(1e-12));
            assertThat(Arrays.stream(alpha).min().orElseThrow()).isNotNegative();
            for (int j = 0; j < program.rows.size(); j++) {
                assertThat(dot(program.rows.get(j), alpha))
                        .as("instance %d, constraint %d", i, j)
                        .isGreaterThanOrEqualTo(program.least.get(j) - SLACK);
            }
            double reached = dot(program.objective, alpha);
            assertThat(reached)
                    .as("instance %d", i)
                    .isGreaterThan(program.best(0).orElse(reached) - 1e-6);
            assertThat(reached)
                    .as("instance %d", i)
                    .isLessThan(program.best(SLACK).orElse(reached) + 1e-5);
        }
        assertThat(unsolved).isLessThan(200);
    }

    /** On the ray a small step lowers every loss: none of its gradients lies against the direction. */
    @Test
    void onTheRayNoTaskGetsWorse() {
        Random random = new Random(2);
        for (int i = 0; i < 300; i++) {
            Instance instance = Instance.random(random, 2 + i % 3, 8, true);
            Direction found = ExactPareto.search(instance.ray, instance.losses, instance.gram);

            assertThat(found.move()).isEqualTo(Move.DESCENT);
            assertThat(found.nonUniformity()).isCloseTo(0, within(1e-9));
            assertThat(found.solved()).isTrue();
            assertThat(product(instance.gram, array(found.alpha())))
                    .satisfies(slopes -> assertThat(Arrays.stream(slopes).min().orElseThrow())
                            .isGreaterThan(-SLACK));
        }
    }

    /** Off the ray, with independent gradients, a small step brings the losses nearer to it. */
    @Test
    void offTheRayTheLossesGetBalanced() {
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            Instance instance = Instance.random(random, 2 + i % 3, 8, false);
            Direction found = ExactPareto.search(instance.ray, instance.losses, instance.gram);
            if (found.move() == Move.DESCENT || !found.solved()) {
                continue;
            }
            double[] slopes = product(instance.gram, array(found.alpha()));
            double[] moved = new double[slopes.length];
            Arrays.setAll(moved, k -> instance.losses[k] - 1e-6 * slopes[k]);
            double after =
                    ExactPareto.search(instance.ray, moved, instance.gram).nonUniformity();
            double gain = dot(product(instance.gram, array(found.adjustments())), array(found.alpha()));

            // The slope of mu along the direction has the sign of a . G alpha.
            assertThat(Math.signum(found.nonUniformity() - after))
                    .as("instance %d", i)
                    .isEqualTo(Math.signum(gain));
        }
    }

    @Test
    void theSizeOfTheGradientsDoesNotMatter() {
        Instance instance = Instance.random(new Random(4), 3, 5, false);
        double[][] tiny = Arrays.stream(instance.gram)
                .map(row -> Arrays.stream(row).map(g -> 1e-12 * g).toArray())
                .toArray(double[][]::new);

        assertThat(array(ExactPareto.search(instance.ray, instance.losses, tiny).alpha()))
                .containsExactly(
                        array(ExactPareto.search(instance.ray, instance.losses, instance.gram)
                                .alpha()),
                        within(1e-9));
    }

    @Test
    void withoutGradientsThePreferenceStands() {
        Preference ray = new Preference(List.of(3.0, 1.0));
        Direction found = ExactPareto.search(ray, new double[] {1, 2}, new double[2][2]);

        assertThat(found.solved()).isFalse();
        assertThat(found.alpha()).containsExactly(0.75, 0.25);
    }

    @Test
    void aTaskThatIsWorthNothingTakesNoPart() {
        Instance instance = Instance.random(new Random(5), 3, 5, false);
        Direction found = ExactPareto.search(new Preference(List.of(0.5, 0.0, 0.5)), instance.losses, instance.gram);

        assertThat(found.adjustments().get(1)).isZero();
        assertThat(found.nonUniformity()).isFinite();
    }
}
