package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.method.AdaSvd;
import org.amalgam.method.AverageRouting;
import org.amalgam.model.Encoder;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Head;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;

/** AdaSVD: averaged routing weights, the dense model that they give, and its features. */
final class AdaSvdCheck implements Check {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.id().startsWith("adasvd_");
    }

    /** The case's calibration images of a task. */
    private record Images(String name, Tensor all) implements Task {
        @Override
        public int size() {
            return Math.toIntExact(all.size(0));
        }

        @Override
        public Head head() {
            throw new IllegalStateException("calibration looks at no head");
        }

        @Override
        public Batch batch(int[] rows) {
            long[] indices = new long[rows.length];
            java.util.Arrays.setAll(indices, i -> rows[i]);
            Tensor picked = Tensor.of(indices, rows.length);
            return new Batch(all.rows(picked), picked);
        }

        @Override
        public String fingerprint() {
            return name;
        }
    }

    @Override
    public void run(GoldenCase golden) {
        try (Scope scope = Scope.open()) {
            ModelPool models = SmileCheck.pool(golden);
            List<Images> images = models.tasks().stream()
                    .map(task -> new Images(task, Hosts.tensor(golden.tensor("calibration/" + task))))
                    .toList();
            ModelPool pool = new ModelPool(
                    models.architecture(),
                    models.ancestor(),
                    models.experts(),
                    ModelPool.none("test_datasets"),
                    () -> List.copyOf(images));
            AdaSvd method = method(golden.settings(), images.get(0).size());
            Run run = Run.quiet(0, Path.of("target"));
            AverageRouting average = method.average(pool, run);
            assertThat(average.byLayer().keySet())
                    .containsExactlyElementsOf(StreamSupport.stream(
                                    golden.settings().path("linear_order").spliterator(), false)
                            .map(name -> "vision_model.encoder." + name.asText())
                            .toList());
            golden.expect("average_routing_weights", average.table());
            Weights merged = method.merge(pool, run).weights();
            golden.expectState("merged", Hosts.state(merged));
            Encoder encoder = pool.architecture().encoder(merged);
            golden.expect(
                    "pooler_output_first_two_per_task",
                    Hosts.host(Tensor.concat(
                            images.stream()
                                    .map(task -> encoder.features(task.all().slice(0, 0, 2)))
                                    .toList(),
                            0)));
        }
    }

    private static AdaSvd method(JsonNode settings, int samples) {
        JsonNode factor = settings.path("scaling_factor");
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("num_samples", samples);
        values.put("gate_k", settings.path("gate_k").asInt());
        values.put("average_experts", settings.path("average_experts").asBoolean());
        values.put(
                "scaling_factor",
                factor.isArray()
                        ? StreamSupport.stream(factor.spliterator(), false)
                                .map(JsonNode::asDouble)
                                .toList()
                        : factor.isNull() ? null : factor.asDouble());
        return Settings.bind(AdaSvd.class, values);
    }
}
