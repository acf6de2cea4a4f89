package org.amalgam.analysis;

import org.amalgam.settings.SettingsSchema;

import java.util.List;
import java.util.Optional;

/** The analyses there are, in the order in which a user should read them. */
public final class AnalysisCatalogue {

    /**
     * An analysis and what a reader should know of it.
     *
     * @param name what {@code analysis=} takes
     * @param summary one line, with the formula where it is short
     * @param citation authors, title, venue
     * @param type the record that holds its settings and does it
     */
    public record Entry<A extends Record & Analysis>(String name, String summary, String citation, Class<A> type) {

        /** Its settings: keys, defaults, help. */
        public SettingsSchema settings() {
            return SettingsSchema.of(type);
        }
    }

    /** Adding an analysis adds a line here. */
    public static final List<Entry<?>> ENTRIES = List.of(
            new Entry<>(
                    "loss_landscape",
                    "Losses of two tasks over θ0 + λ1 τ1 + λ2 τ2, for pairs of tasks.",
                    "Tang et al., Merging multi-task models via weight-ensembling mixture of experts, ICML 2024",
                    LossLandscape.class),
            new Entry<>(
                    "task_vector_similarity",
                    "Cosines of the angles between task vectors, cos(τi, τj), and how far each moved every tensor.",
                    "Ilharco et al., Editing models with task arithmetic, ICLR 2023",
                    TaskVectorSimilarity.class));

    private AnalysisCatalogue() {}

    /** The analysis of that name. */
    public static Optional<Entry<?>> find(String name) {
        return ENTRIES.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }
}
