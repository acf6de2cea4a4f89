package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.method.MergedModel;
import org.amalgam.method.Smile;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.mixture.SmileLinear;
import org.amalgam.mixture.SmileUpscaling;
import org.amalgam.model.BlockEncoder;
import org.amalgam.model.LinearSpec;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.LinearAlgebra;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** SMILE: single layers with their gates, and whole vision towers. */
final class SmileCheck implements Check {

    private static final List<String> SETTINGS =
            List.of("full_matrices", "routing_use_diff", "average_experts", "gate_k", "k", "top_k");

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.id().startsWith("smile_");
    }

    @Override
    public void run(GoldenCase golden) {
        try (Scope scope = Scope.open()) {
            if (golden.id().startsWith("smile_linear_inputs")) {
                singularValues(golden);
            } else if (golden.id().startsWith("smile_linear")) {
                linear(golden);
            } else {
                model(golden);
            }
        }
    }

    private static void singularValues(GoldenCase golden) {
        Tensor base = state(golden, "pretrained").get("map.weight");
        golden.expect(
                "singular_values_of_differences",
                Hosts.host(Tensor.stack(experts(golden).stream()
                        .map(expert -> LinearAlgebra.svd(
                                        expert.get("map.weight").sub(base))
                                .values())
                        .toList())));
    }

    private static void linear(GoldenCase golden) {
        JsonNode settings = golden.settings();
        int topK = settings.path("top_k").asInt();
        List<Weights> experts = experts(golden);
        SmileUpscaling.Site site = new SmileUpscaling(
                        settings.path("gate_k").asInt(),
                        settings.path("k").asInt(),
                        topK,
                        settings.path("routing_use_diff").asBoolean(),
                        settings.path("full_matrices").asBoolean())
                .site(new LinearSpec("map"), state(golden, "pretrained"), experts.size());
        for (int k = 0; k < experts.size(); k++) {
            site.fill(k, experts.get(k));
        }
        SmileLinear layer = site.layer();
        Tensor x = Hosts.tensor(golden.tensor("hidden_states"));
        Tensor tokens = x.reshape(-1, x.size(-1));
        Tensor norms = layer.gate().norms(tokens);
        golden.expect("output", Hosts.host(layer.apply(x)));
        golden.expect("gate_norms", Hosts.host(norms));
        golden.expect("routing_weights_all", Hosts.host(Functional.softmax(norms)));
        chosen(golden, layer.gate().routing(tokens), topK);
    }

    /** The chosen experts of each token and their weights, the heaviest first. */
    private static void chosen(GoldenCase golden, Tensor routing, int topK) {
        int tokens = (int) routing.size(0);
        int experts = (int) routing.size(1);
        float[] all = routing.toFloats();
        float[] weights = new float[tokens * topK];
        float[] numbers = new float[tokens * topK];
        for (int t = 0; t < tokens; t++) {
            int row = t * experts;
            int[] order = IntStream.range(0, experts)
                    .boxed()
                    .sorted(Comparator.comparing((Integer k) -> -all[row + k]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int i = 0; i < topK; i++) {
                weights[t * topK + i] = all[row + order[i]];
                numbers[t * topK + i] = order[i];
            }
        }
        golden.expect("routing_weights_topk_normalized", HostTensor.ofFloats(weights, tokens, topK));
        golden.expect("selected_experts", HostTensor.ofFloats(numbers, tokens, topK));
    }

    private static void model(GoldenCase golden) {
        Map<String, Object> settings = new LinkedHashMap<>();
        SETTINGS.forEach(key -> settings.put(key, value(golden.settings().path(key))));
        ModelPool pool = pool(golden);
        MergedModel merged = Settings.bind(Smile.class, settings).merge(pool, Run.quiet(0, Path.of("target")));
        BlockEncoder network =
                (BlockEncoder) merged.network().encoder(pool.architecture(), false, RoutingObserver.NONE);
        Tensor hidden = network.hiddenStates(Hosts.tensor(golden.tensor("pixel_values")));
        golden.expect("last_hidden_state", Hosts.host(hidden));
        golden.expect("pooler_output", Hosts.host(network.readOut(hidden)));
    }

    /** The case's ancestor and fine-tuned models. */
    static ModelPool pool(GoldenCase golden) {
        Map<String, Path> experts = new LinkedHashMap<>();
        golden.inputs().stream()
                .filter(name -> name.startsWith("task_"))
                .forEach(name -> experts.put(name, golden.folder(name)));
        return ModelPool.open(golden.folder("base"), experts);
    }

    private static Object value(JsonNode setting) {
        return setting.isBoolean() ? (Object) setting.asBoolean() : (Object) setting.asInt();
    }

    private static List<Weights> experts(GoldenCase golden) {
        return golden.inputs().stream()
                .filter(name -> name.startsWith("expert_"))
                .map(name -> state(golden, name))
                .toList();
    }

    private static Weights state(GoldenCase golden, String name) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        golden.state(name).forEach((key, tensor) -> named.put("map." + key, Hosts.tensor(tensor)));
        return new Weights(named);
    }
}
