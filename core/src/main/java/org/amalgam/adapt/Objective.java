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
    /** Cross-entropy against the labels. */
    CROSS_ENTROPY("cross-entropy") {
        @Override
        public Tensor terms(Tensor logits, Tensor labels) {
            return Functional.crossEntropy(logits, labels);
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
     * @param labels [N], int64
     * @return [N], float32
     */
    public abstract Tensor terms(Tensor logits, Tensor labels);
}
