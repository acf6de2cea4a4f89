package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.merge.TaskVectors;
import org.amalgam.mixture.ExpertForm;
import org.amalgam.mixture.Router;
import org.amalgam.mixture.RouterSpec;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.mixture.WeightEnsembling;
import org.amalgam.model.LinearSpec;
import org.amalgam.nn.Activation;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One weight-ensembling layer, dense or sparse: outputs, routing weights, gradients, and the encoding of a block's index. */
final class WeightEnsemblingModuleCheck implements Check {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.expected().isEmpty()
                || golden.expected().contains("output_batch_first")
                || golden.expected().contains("encoding");
    }

    @Override
    public void run(GoldenCase golden) {
        try (Scope scope = Scope.open()) {
            if (golden.expected().contains("encoding")) {
                encoding(golden);
            } else if (golden.expected().contains("output_batch_first")) {
                layer(golden);
            }
        }
    }

    private static void encoding(GoldenCase golden) {
        int dim = golden.settings().path("dim").asInt();
        List<Tensor> rows = new ArrayList<>();
        for (int index = 0; index < 12; index++) {
            rows.add(Router.encoding(index, dim));
        }
        golden.expect("encoding", Hosts.host(Tensor.stack(rows)));
    }

    private static void layer(GoldenCase golden) {
        JsonNode settings = golden.settings();
        TaskVectors vectors = vectors(golden);
        boolean sparse = settings.has("tv_prune_ratio");
        ExpertForm form =
                sparse ? new ExpertForm.Pruned(settings.path("tv_prune_ratio").asDouble()) : new ExpertForm.Whole();
        if (sparse) {
            for (int k = 0; k < vectors.tasks(); k++) {
                int task = k;
                golden.expectState(
                        "pruned_task_vector/" + k,
                        Hosts.state(vectors.ancestor().map((name, theta) -> form.applied(name, vectors.shaped(name))
                                .select(0, task))));
            }
        }
        Weights gates = named(golden.state("gate"), "gate.").leaves();
        Tensor hidden = Hosts.tensor(golden.tensor("hidden_states_batch_first")).leaf();
        List<Tensor> routing = new ArrayList<>();
        RoutingObserver observer = (layer, weights) -> routing.add(weights);
        boolean encoded = settings.path("position_encoding").asBoolean(false);
        RouterSpec routers = new RouterSpec(
                settings.path("router_hidden_layers").asInt(),
                (int) hidden.size(2),
                vectors.tasks(),
                0,
                true,
                encoded ? settings.path("position_encoding_dim").asInt() : 0);
        WeightEnsembling layer = new WeightEnsembling(
                "mlp",
                routers.router(gates, "mlp", settings.path("layer_idx").asInt(0)),
                settings.path("batch_reduce").asBoolean(),
                form.experts(vectors, new LinearSpec("fc1")),
                Activation.QUICK_GELU,
                form.experts(vectors, new LinearSpec("fc2")),
                observer);
        Tensor output = layer.apply(hidden);
        golden.expect("output_batch_first", Hosts.host(output));
        golden.expect("routing_weights", Hosts.host(routing.get(0)));
        output.mul(Hosts.tensor(golden.tensor("cotangent_batch_first"))).sum().backward();
        golden.expect("grad_hidden_states_batch_first", Hosts.host(hidden.gradient()));
        gates.entries()
                .forEach((name, leaf) ->
                        golden.expect("grad_gate/" + name.substring("gate.".length()), Hosts.host(leaf.gradient())));
    }

    private static TaskVectors vectors(GoldenCase golden) {
        List<Weights> experts = new ArrayList<>();
        for (int k = 0; golden.hasInput("expert_" + k); k++) {
            experts.add(named(golden.state("expert_" + k), ""));
        }
        return TaskVectors.of(named(golden.state("base"), ""), experts);
    }

    private static Weights named(Map<String, HostTensor> state, String prefix) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        state.forEach((name, tensor) ->
                tensors.put(prefix + name, Hosts.tensor(tensor).to(DType.F32)));
        return new Weights(tensors);
    }
}
