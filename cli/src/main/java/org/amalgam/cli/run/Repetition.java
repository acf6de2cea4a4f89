package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a run of the reference is repeated: its settings as overrides of Amalgam's. */
final class Repetition {

    private static final List<String> STATISTICS = List.of("fisher_merging", "regmean");
    private static final Pattern ADAMERGING = Pattern.compile("(seq_)?(task|layer)_wise_adamerging(_pp)?");
    private static final Pattern WEMOE = Pattern.compile("(seq_)?(e_)?wemoe_.*");

    /** Short runs in the reference's order whose result the routers' random start decides. */
    private static final Set<String> RANDOM_START = Set.of("seq_wemoe_depth1", "seq_wemoe_depth2");

    /** What a run's name begins with and the method that takes the run's settings as they are. */
    private static final Map<String, String> SAME_SETTINGS = Map.of(
            "simple_average", "simple_average",
            "weighted_average", "weighted_average",
            "task_arithmetic", "task_arithmetic",
            "ties_merging", "ties_merging",
            "smile_", "smile_upscaling",
            "ada_svd", "ada_svd");

    private Repetition() {}

    static boolean isAdaMerging(String name) {
        return ADAMERGING.matcher(name).matches();
    }

    /**
     * The overrides that repeat a run of the reference, where the method exists.
     *
     * @param name of the run
     * @param family in the reference's words: clip, gpt2
     */
    static Optional<List<String>> overrides(String name, JsonNode settings, String family) {
        Matcher adamerging = ADAMERGING.matcher(name);
        if (adamerging.matches()) {
            return Optional.of(List.of(
                    "method=adamerging",
                    "method.name=" + family + "_" + adamerging.group(2) + "_wise_adamerging",
                    "method.lr=" + settings.path("lr").asText(),
                    "method.init_values=" + settings.path("init_values").asText(),
                    "method.clamp_weights=" + settings.path("clamp_weights").asText(),
                    "method.batch_size=" + settings.path("batch_size").asText(),
                    "method.max_steps=" + settings.path("max_steps").asText(),
                    "method.shuffle=" + (adamerging.group(1) == null),
                    "method.ties_threshold=" + (adamerging.group(3) == null ? "null" : "20")));
        }
        Matcher wemoe = WEMOE.matcher(name);
        if (wemoe.matches()) {
            return RANDOM_START.contains(name) ? Optional.empty() : Optional.of(weightEnsembling(wemoe, settings));
        }
        if (STATISTICS.contains(name)) {
            List<String> overrides = new ArrayList<>(List.of("method=" + name));
            // The reference draws samples for CLIP's RegMean and takes the first ones elsewhere.
            boolean drawn = settings.path("shuffle").asBoolean(false);
            overrides.add("method.shuffle=" + drawn);
            settings.properties().stream()
                    .filter(e -> !List.of("shuffle", "seed").contains(e.getKey()))
                    .forEach(e -> overrides.add("method." + e.getKey() + "=" + e.getValue()));
            if (name.equals("regmean") && drawn) {
                // One draw of 256 scatters by half a point of accuracy: with four times as many the chance left is the
                // reference's.
                overrides.add("method.num_regmean_examples=1024");
            }
            return Optional.of(overrides);
        }
        if (name.startsWith("pwemoe_")) {
            return Optional.of(pareto(name, settings, family));
        }
        for (Map.Entry<String, String> method : SAME_SETTINGS.entrySet()) {
            if (name.startsWith(method.getKey())) {
                List<String> overrides = new ArrayList<>(List.of("method=" + method.getValue()));
                settings.properties()
                        .forEach(e -> overrides.add("method." + e.getKey() + "="
                                + (e.getValue().isTextual() ? e.getValue().asText() : e.getValue())));
                return Optional.of(overrides);
            }
        }
        return Optional.empty();
    }

    /** Settings of the reference that say nothing here: where it saves, and what its own machine does. */
    private static final Set<String> NO_MATTER =
            Set.of("checkpoint", "save_checkpoint", "devices", "num_workers", "cache_dir", "fast_dev_run", "shuffle");

    private static List<String> weightEnsembling(Matcher name, JsonNode settings) {
        List<String> overrides = new ArrayList<>(
                List.of("method=" + (name.group(2) == null ? "weight" : "sparse_weight") + "_ensembling_moe"));
        overrides.add("method.shuffle=" + (name.group(1) == null));
        settings.properties().stream()
                .filter(setting -> !NO_MATTER.contains(setting.getKey()))
                .forEach(setting -> overrides.add(
                        "method." + setting.getKey() + "=" + setting.getValue().asText()));
        return overrides;
    }

    private static List<String> pareto(String name, JsonNode settings, String family) {
        List<String> overrides =
                new ArrayList<>(List.of("method=pwe_moe_" + name.substring("pwemoe_".length()) + "_for_" + family));
        settings.properties().stream()
                .filter(setting -> setting.getValue().isValueNode())
                .forEach(setting -> overrides.add(
                        "method." + setting.getKey() + "=" + setting.getValue().asText()));
        overrides.add("method.dataloader_kwargs.batch_size="
                + settings.path("dataloader_kwargs").path("batch_size").asText());
        return overrides;
    }
}
