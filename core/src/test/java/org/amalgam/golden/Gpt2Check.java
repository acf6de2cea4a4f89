package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.method.RegMean;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.TokenIds;
import org.amalgam.model.gpt2.Gpt2;
import org.amalgam.model.gpt2.Gpt2Config;
import org.amalgam.nn.Layers;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.statistic.Statistics;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** GPT-2: hidden states and logits of padded texts, and RegMean of matrices that are stored [in, out]. */
final class Gpt2Check implements Check {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.id().matches("forward_gpt2.*|merge_regmean_gpt2.*");
    }

    @Override
    public void run(GoldenCase golden) {
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            if (golden.id().startsWith("merge_")) {
                regmean(golden);
            } else {
                forward(golden);
            }
        }
    }

    private static void forward(GoldenCase golden) {
        ModelPool pool = FixedTask.pool(golden);
        Gpt2Config architecture = (Gpt2Config) pool.architecture();
        Gpt2 base = network(architecture, pool.ancestor());
        for (FixedTask task : FixedTask.of(golden, pool)) {
            Tensor ids = task.all().inputs();
            Gpt2 network = network(architecture, pool.experts().get(pool.tasks().indexOf(task.name())));
            golden.expect(task.name() + "/last_hidden_state", states(network, ids));
            golden.expect("base/last_hidden_state/" + task.name(), states(base, ids));
            golden.expect(task.name() + "/logits", Hosts.host(task.head().logits(network.features(ids))));
        }
    }

    private static Gpt2 network(Gpt2Config architecture, Model model) {
        return architecture.network(Layers.of(model.weights()));
    }

    /** The hidden states, 0 where there is no token. */
    private static HostTensor states(Gpt2 network, Tensor ids) {
        Tensor present = TokenIds.present(ids).to(DType.F32);
        return Hosts.host(network.hiddenStates(ids).mul(present.reshape(ids.size(0), ids.size(1), 1)));
    }

    /** Of the maps whose Gram matrices are given; the ancestor lends the others. */
    private static void regmean(GoldenCase golden) {
        Map<String, Path> experts = new LinkedHashMap<>();
        golden.inputs().stream()
                .filter(name -> !name.contains("/"))
                .forEach(name -> experts.put(name, golden.folder(name)));
        ModelPool pool = ModelPool.open(experts.values().iterator().next(), experts);
        List<LinearSpec> given = new ArrayList<>();
        List<String> excluded = new ArrayList<>();
        for (LinearSpec map : pool.architecture().linears()) {
            if (golden.hasInput("gram/" + pool.tasks().get(0) + "/" + map.name())) {
                given.add(map);
            } else {
                excluded.add(Pattern.quote(map.weight()));
            }
        }
        Statistics.Source grams = use -> {
            for (int k = 0; k < pool.tasks().size(); k++) {
                Map<String, Tensor> matrices = new LinkedHashMap<>();
                for (LinearSpec map : given) {
                    String name = "gram/" + pool.tasks().get(k) + "/" + map.name();
                    matrices.put(map.name(), Hosts.tensor(golden.tensor(name)));
                }
                use.accept(k, new Weights(matrices));
            }
        };
        JsonNode ratio = golden.settings().path("reduce_non_diagonal_ratio");
        Map<String, HostTensor> merged = Hosts.state(Settings.bind(
                        RegMean.class,
                        Map.of("reduce_non_diagonal_ratio", ratio.asDouble(), "exclude_param_names_regex", excluded))
                .merge(pool, Run.quiet(0, Path.of("target")), grams)
                .weights());
        merged.keySet().retainAll(golden.expectedKeys("merged_subset"));
        golden.expectState("merged_subset", merged);
    }
}
