package org.amalgam.data.dataset;

import java.util.List;
import java.util.Optional;

/**
 * A set of texts in a fixed order, labelled or not, all in memory.
 *
 * @param name what the user calls it
 * @param examples at least one
 * @param hiddenLabels why not every example has a label, as an error says it; empty where each has one
 * @param fingerprint of the files and of what is read of them
 */
public record TextDataset(String name, List<Example> examples, Optional<String> hiddenLabels, String fingerprint) {

    /**
     * One text, or two that belong together, such as a premise and a hypothesis.
     *
     * @param label -1 where it is hidden or there is none
     * @param where file and row, for errors
     */
    public record Example(List<String> texts, int label, String where) {

        public Example {
            texts = List.copyOf(texts);
        }
    }

    public TextDataset {
        examples = List.copyOf(examples);
    }
}
