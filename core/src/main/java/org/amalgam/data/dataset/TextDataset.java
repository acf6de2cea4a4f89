package org.amalgam.data.dataset;

import java.util.List;

/**
 * A labelled set of texts in a fixed order, all in memory.
 *
 * @param name what the user calls it
 * @param examples at least one
 * @param fingerprint of the files and of what is read of them
 */
public record TextDataset(String name, List<Example> examples, String fingerprint) {

    /**
     * One text, or two that belong together, such as a premise and a hypothesis.
     *
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
