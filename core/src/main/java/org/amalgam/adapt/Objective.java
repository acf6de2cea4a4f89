package org.amalgam.adapt;

import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;

/** What adaptation makes small: a loss that is a mean over samples. */
public enum Objective {
    /**
     * Entropy of the predictions, {@code -sum_c p_c log(p_c + 1e-8)}: the unsupervised surrogate of AdaMerging (section 3.2.2).
     * Labels are not looked at.
     */
    ENTROPY("entropy") {
        @Override
        public Tensor terms(Tensor logits, Tensor labels) {
            Tensor p = Functional.softmax(logits);
            return p.mul(p.add(1e-8).log()).sum(1).mul(-1);
        }
    },
    /**
     * Entropy of the one prediction that the batch's mean logits make: what the reference makes small for GPT-2 in place of
     * {@link #ENTROPY}. Every sample's loss is the batch's.
     */
    ENTROPY_OF_MEAN("entropy of the mean prediction") {
        @Override
        public Tensor terms(Tensor logits, Tensor labels) {
            Tensor mean = logits.mean(0).reshape(1, -1);
            return ENTROPY.terms(mean, labels).expand(logits.size(0));
        }

        @Override
        public boolean wholeBatches() {
            return true;
        }
    },
    /** Cross-entropy against the labels. */
    CROSS_ENTROPY("cross-entropy") {
        @Override
        public Tensor terms(Tensor logits, Tensor labels) {
            return Functional.crossEntropy(logits, labels);
        }

        @Override
        public boolean readsLabels() {
            return true;
        }
    };

    private final String title;

    Objective(String title) {
        this.title = title;
    }

    /** What a reader calls it. */
    public String title() {
        return title;
    }

    /**
     * The loss of each sample.
     *
     * @param logits [N, C], float32
     * @param labels [N], int64; -1 where an objective that does not read them has none
     * @return [N], float32
     */
    public abstract Tensor terms(Tensor logits, Tensor labels);

    /** Whether samples need labels. */
    public boolean readsLabels() {
        return false;
    }

    /** Whether a loss is of a whole batch, which must then not be cut. */
    public boolean wholeBatches() {
        return false;
    }
}
