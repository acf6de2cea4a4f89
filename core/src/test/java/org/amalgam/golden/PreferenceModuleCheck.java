package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.merge.TaskVectors;
import org.amalgam.mixture.ExpertForm;
import org.amalgam.mixture.Router;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.mixture.WeightEnsembling;
import org.amalgam.model.LinearSpec;
import org.amalgam.nn.Activation;
import org.amalgam.nn.FeedForward;
import org.amalgam.nn.Linear;
import org.amalgam.pareto.Preference;
import org.amalgam.pareto.PreferenceRouter;
import org.amalgam.pareto.SimplexGrid;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** One layer with a router that reads a preference, or, in the older form, hidden states; and the grid of preferences. */
final class PreferenceModuleCheck implements Check {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.settings().has("rays")
                || golden.settings().has("grids")
                || golden.expected().contains("gate_output");
    }

    @Override
    public void run(GoldenCase golden) {
        try (Scope scope = Scope.open()) {
            if (golden.settings().has("grids")) {
                golden.settings().path("grids").forEach(grid -> grid(golden, grid));
            } else if (golden.settings().has("rays")) {
                preference(golden);
            } else {
                samples(golden);
            }
        }
    }

    private static void grid(GoldenCase golden, JsonNode grid) {
        int tasks = grid.path(0).asInt();
        int levels = grid.path(1).asInt();
        List<Preference> points = new SimplexGrid(tasks, levels).points();
        golden.expect(
                tasks + "_" + levels,
                Hosts.host(Tensor.stack(points.stream().map(Preference::tensor).toList())));
    }

    private static void preference(GoldenCase golden) {
        TaskVectors vectors = vectors(golden);
        PreferenceRouter router = new PreferenceRouter(
                golden.settings().path("router_hidden_layers").asInt(), vectors.tasks(), 0);
        Tensor hidden = Hosts.tensor(golden.tensor("hidden_states"));
        JsonNode rays = golden.settings().path("rays");
        for (int i = 0; i < rays.size(); i++) {
            Weights gates = named(golden.state("gate"), "mlp.gate.").leaves();
            Preference ray = new Preference(StreamSupport.stream(rays.path(i).spliterator(), false)
                    .map(JsonNode::asDouble)
                    .toList());
            Tensor lambda = router.coefficients(gates, "mlp", ray.tensor());
            Weights merged = vectors.ancestor().map((name, theta) -> vectors.merge(name, lambda));
            Tensor output = new FeedForward(Linear.of(merged, "fc1"), Activation.QUICK_GELU, Linear.of(merged, "fc2"))
                    .apply(hidden);
            golden.expect("routing_weights/" + i, Hosts.host(lambda));
            golden.expect("output/" + i, Hosts.host(output));
            golden.expectState("merged/" + i, Hosts.state(merged));
            output.mul(Hosts.tensor(golden.tensor("cotangent"))).sum().backward();
            for (String name : gates.names()) {
                golden.expect(
                        "grad_gate/" + i + "/" + name.substring("mlp.gate.".length()),
                        Hosts.host(gates.get(name).gradient()));
            }
        }
    }

    /** The older module is a weight-ensembling layer under other names. */
    private static void samples(GoldenCase golden) {
        TaskVectors vectors = vectors(golden);
        Weights gates = named(golden.state("gate"), "");
        Router router =
                switch (golden.settings().path("router_hidden_layers").asInt()) {
                    case 0 -> new Router.Constant(gates.get("weight"));
                    case 1 -> new Router.Affine(Linear.of(gates, "fc2"));
                    default -> new Router.Perceptron(Linear.of(gates, "fc1"), Linear.of(gates, "fc2"));
                };
        Tensor hidden = Hosts.tensor(golden.tensor("hidden_states"));
        WeightEnsembling layer = new WeightEnsembling(
                "mlp",
                router,
                false,
                new ExpertForm.Whole().experts(vectors, new LinearSpec("fc1")),
                Activation.QUICK_GELU,
                new ExpertForm.Whole().experts(vectors, new LinearSpec("fc2")),
                RoutingObserver.NONE);
        golden.expect("gate_output", Hosts.host(router.gate(hidden)));
        golden.expect("output", Hosts.host(layer.apply(hidden)));
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
