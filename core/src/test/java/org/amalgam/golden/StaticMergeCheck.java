package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.method.Method;
import org.amalgam.method.SimpleAverage;
import org.amalgam.method.SlerpMerging;
import org.amalgam.method.TaskArithmetic;
import org.amalgam.method.TiesMerging;
import org.amalgam.method.WeightedAverage;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.tensor.Scope;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Averages, task arithmetic, TIES and SLERP. */
final class StaticMergeCheck implements Check {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.id().matches("merge_(simple_average|weighted_average|task_arithmetic|ties|slerp).*");
    }

    @Override
    public void run(GoldenCase golden) {
        try (Scope scope = Scope.open()) {
            Map<String, Path> experts = new LinkedHashMap<>();
            golden.inputs().stream()
                    .filter(name -> !name.equals("base"))
                    .forEach(name -> experts.put(name, golden.folder(name)));
            // Averages have no ancestor among their inputs; any model of the family lends its names and shapes.
            Path ancestor = golden.hasInput("base")
                    ? golden.folder("base")
                    : experts.values().iterator().next();
            ModelPool pool = ModelPool.open(ancestor, experts);
            golden.expectState(
                    "merged",
                    Hosts.state(method(golden.id(), golden.settings())
                            .merge(pool, Run.quiet(0, Path.of("target")))
                            .weights()));
        }
    }

    private static Method method(String id, JsonNode settings) {
        if (id.startsWith("merge_simple_average")) {
            return new SimpleAverage();
        }
        if (id.startsWith("merge_weighted_average")) {
            List<Double> weights = StreamSupport.stream(settings.path("weights").spliterator(), false)
                    .map(JsonNode::asDouble)
                    .toList();
            return new WeightedAverage(weights, settings.path("normalize").asBoolean());
        }
        if (id.startsWith("merge_slerp")) {
            return new SlerpMerging(
                    settings.path("t").asDouble(),
                    settings.path("DOT_THRESHOLD").asDouble(),
                    settings.path("epsilon").asDouble());
        }
        double scalingFactor = settings.path("scaling_factor").asDouble();
        if (id.startsWith("merge_task_arithmetic")) {
            return new TaskArithmetic(scalingFactor);
        }
        return new TiesMerging(
                scalingFactor,
                settings.path("threshold").asDouble(),
                Extent.MODEL,
                settings.path("merge_func").asText(),
                List.of());
    }
}
