package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.adapt.Learner;
import org.amalgam.adapt.Trace;
import org.amalgam.method.AdaMerging;
import org.amalgam.method.Method;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.tensor.Scope;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Follows a deterministic adaptation step by step beside the reference's. */
final class StepComparison {

    /** What losses and coefficients may differ by. */
    static final double BOUND = 1e-3;

    private StepComparison() {}

    /** The largest differences at any step. */
    record Largest(double loss, double coefficient) {}

    static Largest of(Method method, ModelPool pool, JsonNode reference) {
        if (!(method instanceof AdaMerging adamerging)) {
            throw new IllegalArgumentException("only AdaMerging has traces to compare");
        }
        try (Scope scope = Scope.open()) {
            List<float[]> visited = new ArrayList<>();
            Learner learner = adamerging.learner(pool.taskVectors(), pool.architecture());
            Learner watched = new Learner(learner.start(), learner.merge(), learner.network(), parameters -> {
                visited.add(parameters.tensors().get(0).toFloats());
                return learner.probe().apply(parameters);
            });
            Trace trace =
                    adamerging.adapt(watched, pool, Run.quiet(0, Path.of("."))).trace();
            return new Largest(
                    losses(trace, reference.path("entropy_per_step_per_task")),
                    coefficients(visited, pool, reference.path("merging_weights_after_each_step")));
        }
    }

    static double losses(Trace trace, JsonNode expected) {
        double largest = 0;
        for (int step = 0; step < trace.steps().size(); step++) {
            List<Double> losses = trace.steps().get(step).losses();
            for (int k = 0; k < losses.size(); k++) {
                largest = Math.max(
                        largest,
                        Math.abs(losses.get(k)
                                - expected.required(step).required(k).asDouble()));
            }
        }
        return largest;
    }

    /** {@code expected} begins with the coefficients before the first step. */
    private static double coefficients(List<float[]> visited, ModelPool pool, JsonNode expected) {
        double largest = 0;
        for (int step = 0; step < visited.size(); step++) {
            List<Double> values = new ArrayList<>();
            expected.required(step + 1).forEach(row -> {
                if (row.isArray()) {
                    row.forEach(cell -> values.add(cell.asDouble()));
                } else {
                    values.add(row.asDouble());
                }
            });
            List<String> names = pool.ancestor().weights().names();
            for (int i = 0; i < values.size(); i++) {
                // A key bias shifts all scores of a query alike: its gradient is rounding noise, which Adam makes steps
                // of.
                boolean undetermined = values.size() > pool.tasks().size()
                        && names.get(i % names.size()).endsWith("k_proj.bias");
                if (!undetermined) {
                    largest = Math.max(largest, Math.abs(visited.get(step)[i] - values.get(i)));
                }
            }
        }
        return largest;
    }
}
