package org.amalgam.method;

import org.amalgam.settings.SettingsSchema;

import java.util.List;
import java.util.Optional;

/** The methods there are, in the order in which a user should read them. */
public final class MethodCatalogue {

    /**
     * A method and what a reader should know of it.
     *
     * @param name what {@code method=} takes
     * @param alias what the reference calls it in {@code method.name=}, besides the name
     * @param summary one line, with the formula where it is short
     * @param citation authors, title, venue
     * @param type the record that holds its settings and does it
     */
    public record Entry<M extends Record & Method>(
            String name, String alias, String summary, String citation, Class<M> type) {

        /** Its settings: keys, defaults, help. */
        public SettingsSchema settings() {
            return SettingsSchema.of(type);
        }
    }

    /** Adding a method adds a line here. */
    public static final List<Entry<?>> ENTRIES = List.of(
            new Entry<>(
                    "simple_average",
                    "simple_average",
                    "The mean of the fine-tuned models.",
                    "Wortsman et al., Model soups, ICML 2022",
                    SimpleAverage.class),
            new Entry<>(
                    "weighted_average",
                    "weighted_average",
                    "The mean of the fine-tuned models with a weight for each.",
                    "Wortsman et al., Model soups, ICML 2022",
                    WeightedAverage.class),
            new Entry<>(
                    "task_arithmetic",
                    "task_arithmetic",
                    "The ancestor plus the scaled sum of the task vectors, θ0 + s Στk.",
                    "Ilharco et al., Editing models with task arithmetic, ICLR 2023",
                    TaskArithmetic.class),
            new Entry<>(
                    "ties_merging",
                    "ties_merging",
                    "Task arithmetic with trimmed task vectors that agree in sign.",
                    "Yadav et al., TIES-Merging: Resolving interference when merging models, NeurIPS 2023",
                    TiesMerging.class),
            new Entry<>(
                    "magnitude_pruning",
                    "magnitude_pruning",
                    "Task arithmetic with task vectors that have lost their smallest entries.",
                    "Yadav et al., TIES-Merging: Resolving interference when merging models, NeurIPS 2023",
                    MagnitudePruning.class),
            new Entry<>(
                    "dare",
                    "dare",
                    "Drops entries of the task vectors by chance, rescales the rest, then task arithmetic or TIES.",
                    "Yu et al., Language models are super Mario: Absorbing abilities from homologous models, ICML 2024",
                    Dare.class),
            new Entry<>(
                    "slerp",
                    "slerp",
                    "Spherical interpolation between two fine-tuned models, tensor by tensor.",
                    "Shoemake, Animating rotation with quaternion curves, SIGGRAPH 1985",
                    SlerpMerging.class),
            new Entry<>(
                    "fisher_merging",
                    "clip_fisher_merging",
                    "The average of the fine-tuned models, each entry weighted with each model's Fisher information.",
                    "Matena and Raffel, Merging models with Fisher-weighted averaging, NeurIPS 2022",
                    FisherMerging.class),
            new Entry<>(
                    "regmean",
                    "clip_regmean",
                    "Linear maps whose outputs are closest to each model's on its own inputs; the rest is averaged.",
                    "Jin et al., Dataless knowledge fusion by merging weights of language models, ICLR 2023",
                    RegMean.class),
            new Entry<>(
                    "adamerging",
                    "clip_adamerging",
                    "Learns the coefficients of the task vectors by making predictions on unlabelled samples certain.",
                    "Yang et al., AdaMerging: Adaptive model merging for multi-task learning, ICLR 2024",
                    AdaMerging.class),
            new Entry<>(
                    "weight_ensembling_moe",
                    "clip_weight_ensembling_moe",
                    "Upscales the feed-forward layers to mixtures: the ancestor's weights plus task vectors in proportions that a"
                            + " router reads off the input.",
                    "Tang et al., Merging multi-task models via weight-ensembling mixture of experts, ICML 2024",
                    WeightEnsemblingMoE.class),
            new Entry<>(
                    "sparse_weight_ensembling_moe",
                    "sparse_clip_weight_ensembling_moe",
                    "The same with one router for all blocks and sparse task vectors (E-WEMoE).",
                    "Shen et al., Efficient and effective weight-ensembling mixture of experts, 2024",
                    SparseWeightEnsemblingMoE.class),
            new Entry<>(
                    "pwe_moe_ls_for_clip",
                    "pwe_moe_ls_for_clip",
                    "Learns the Pareto set: routers read what each task is worth and make a dense model of it, by weighted losses.",
                    "Tang et al., Towards efficient Pareto set approximation via mixture of experts based model fusion, 2024",
                    ParetoLinearScalarisation.class),
            new Entry<>(
                    "pwe_moe_epo_for_clip",
                    "pwe_moe_epo_for_clip",
                    "The same by exact Pareto optimality: every task's loss times its worth becomes alike.",
                    "Tang et al., Towards efficient Pareto set approximation via mixture of experts based model fusion, 2024",
                    ParetoExactOptimum.class),
            new Entry<>(
                    "smile_upscaling",
                    "smile_upscaling",
                    "Every linear map becomes the ancestor's with low-rank experts that tokens are sent to by singular vectors.",
                    "Tang et al., SMILE: Zero-shot sparse mixture of low-rank experts construction from pre-trained foundation"
                            + " models, 2024",
                    Smile.class),
            new Entry<>(
                    "ada_svd",
                    "ada_svd",
                    "The ancestor plus task vectors weighted, map by map, by how much of the samples lies in their singular directions.",
                    "Tang et al., SMILE: Zero-shot sparse mixture of low-rank experts construction from pre-trained foundation"
                            + " models, 2024",
                    AdaSvd.class),
            new Entry<>(
                    "saved_mixture",
                    "saved_mixture",
                    "A mixture of experts that an earlier run saved, to be judged again.",
                    "Tang et al., FusionBench: A comprehensive benchmark of deep model fusion, 2024",
                    SavedMixture.class));

    private MethodCatalogue() {}

    /** The method of that name. */
    public static Optional<Entry<?>> find(String name) {
        return ENTRIES.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }
}
