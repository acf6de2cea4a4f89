package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.pareto.ExactPareto;
import org.amalgam.pareto.ExactPareto.Direction;
import org.amalgam.pareto.ExactPareto.Move;
import org.amalgam.pareto.Preference;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * The linear programs of a table of losses, gradients' inner products and preferences, as the index says that they are to be
 * compared: the combination where it is unique, elsewhere that it is feasible and as good.
 */
final class ExactParetoCheck implements Check {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.settings().path("file").asText().equals("epo_table.json");
    }

    @Override
    public void run(GoldenCase golden) throws IOException {
        JsonNode table = new ObjectMapper()
                .readTree(golden.path(golden.settings().path("file").asText()).toFile());
        JsonNode tolerance = golden.settings().path("tolerance");
        assertThat(table).hasSize(golden.settings().path("rows").asInt());
        for (int i = 0; i < table.size(); i++) {
            row("row " + i, table.path(i), tolerance);
        }
    }

    private static void row(String what, JsonNode row, JsonNode tolerance) {
        double[] losses = numbers(row.path("losses"));
        double[][] gram = StreamSupport.stream(row.path("gram").spliterator(), false)
                .map(ExactParetoCheck::numbers)
                .toArray(double[][]::new);
        Preference ray =
                new Preference(Arrays.stream(numbers(row.path("ray"))).boxed().toList());
        Direction got = ExactPareto.search(ray, losses, gram);
        double[] alpha = got.alpha().stream().mapToDouble(Double::doubleValue).toArray();
        double[] adjustments = numbers(row.path("adjustments"));

        assertThat(got.nonUniformity())
                .as(what)
                .isCloseTo(
                        row.path("mu").asDouble(),
                        within(tolerance.path("mu_atol").asDouble()));
        near(
                what + " adjustments",
                got.adjustments().stream().mapToDouble(Double::doubleValue).toArray(),
                adjustments,
                tolerance.path("adjustments_atol").asDouble());
        assertThat(got.move())
                .as(what)
                .isEqualTo(row.path("move").asText().equals("bal") ? Move.BALANCE : Move.DESCENT);
        if (!row.path("solved").asBoolean()) {
            if (row.path("infeasible_with_margin").asBoolean()) {
                assertThat(got.solved()).as(what + " solved").isFalse();
                loss(what, row, alpha, losses, tolerance);
            }
            return;
        }
        assertThat(got.solved()).as(what + " solved").isTrue();
        feasible(what, got.move(), alpha, gram, adjustments, ray, losses);
        double gamma = row.path("gamma").asDouble();
        double reached = objective(got.move(), alpha, gram, adjustments);
        if (row.path("alpha_is_well_determined").asBoolean()) {
            near(
                    what + " alpha",
                    alpha,
                    numbers(row.path("alpha")),
                    tolerance.path("alpha_atol").asDouble());
            assertThat(reached)
                    .as(what + " objective")
                    .isCloseTo(
                            gamma,
                            within(tolerance.path("gamma_atol").asDouble()
                                    + tolerance.path("gamma_rtol").asDouble() * Math.abs(gamma)));
            loss(what, row, alpha, losses, tolerance);
        } else if (gamma > 1e-3) {
            assertThat(reached).as(what + " objective").isGreaterThan(0.99 * gamma);
        }
    }

    private static void loss(String what, JsonNode row, double[] alpha, double[] losses, JsonNode tolerance) {
        double weighted = losses.length * dot(alpha, losses);
        double expected = row.path("weighted_loss").asDouble();
        assertThat(weighted)
                .as(what + " weighted loss")
                .isCloseTo(expected, within(tolerance.path("weighted_loss_rtol").asDouble() * expected));
    }

    /** On the simplex and within the constraints, to 1e-6 of the gradients' size. */
    private static void feasible(
            String what, Move move, double[] alpha, double[][] gram, double[] a, Preference ray, double[] losses) {
        double size = Arrays.stream(gram)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .max()
                .orElseThrow();
        double slack = 1e-6 * Math.max(1, size);
        assertThat(Arrays.stream(alpha).sum()).as(what).isCloseTo(1, within(1e-9));
        assertThat(Arrays.stream(alpha).min().orElseThrow()).as(what).isNotNegative();
        double[] c = Arrays.stream(gram).mapToDouble(row -> dot(row, a)).toArray();
        boolean any = Arrays.stream(c).anyMatch(cj -> cj > 0);
        double[] rl = new double[a.length];
        Arrays.setAll(rl, k -> ray.weights().get(k) * losses[k]);
        double worst = Arrays.stream(rl).max().orElseThrow();
        for (int j = 0; j < a.length; j++) {
            boolean star = rl[j] == worst;
            double least = move == Move.DESCENT || !any || star ? 0 : c[j] > 0 ? Double.NEGATIVE_INFINITY : c[j];
            assertThat(dot(gram[j], alpha)).as(what + " task " + j).isGreaterThanOrEqualTo(least - slack);
        }
        if (move == Move.DESCENT) {
            double most = Arrays.stream(c).max().orElseThrow();
            assertThat(dot(alpha, c)).as(what + " ray").isGreaterThanOrEqualTo(-Math.max(0, -most) - slack);
        }
    }

    private static double objective(Move move, double[] alpha, double[][] gram, double[] a) {
        return move == Move.DESCENT
                ? Arrays.stream(gram).mapToDouble(row -> dot(row, alpha)).sum()
                : dot(alpha, Arrays.stream(gram).mapToDouble(row -> dot(row, a)).toArray());
    }

    private static void near(String what, double[] got, double[] expected, double atol) {
        assertThat(got).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).as(what + " " + List.of(i)).isCloseTo(expected[i], within(atol));
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    private static double[] numbers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }
}
