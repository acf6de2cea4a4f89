package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.data.dataset.TextDataset;
import org.amalgam.data.dataset.TextDatasets;
import org.amalgam.data.text.Tokenizer;
import org.amalgam.model.TokenIds;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Opens text tasks, each once. Owns the tokenizers; the heads belong to the scope that is open when a task is opened.
 */
public final class TextTasks implements AutoCloseable {

    private record Key(TextTaskSpec spec, Path model) {}

    private final Map<Key, Task> opened = new LinkedHashMap<>();
    private final Path ancestor;
    private final Path folder;
    private final int longest;
    private Optional<Tokenizer> tokenizer = Optional.empty();

    /**
     * Opens nothing yet.
     *
     * @param ancestor says how long texts may be and how wide features are
     * @param folder of the tokenizer: {@code tokenizer.json}
     * @param maxLength tokens that a text is cut to; empty for 512, or what the model reads if that is less
     * @throws AmalgamException if the model reads no texts, or none as long
     */
    public TextTasks(Path ancestor, Path folder, OptionalInt maxLength) {
        int positions = Families.longestText(ancestor)
                .orElseThrow(() -> new AmalgamException(ancestor + ": is no model that reads texts"));
        this.ancestor = ancestor;
        this.folder = folder;
        this.longest = maxLength.orElse(Math.min(TokenIds.USUAL_CUT, positions));
        if (longest < 1 || longest > positions) {
            throw new AmalgamException("modelpool.max_length: " + longest + " is not offered; " + ancestor
                    + " reads from 1 to " + positions + " tokens");
        }
    }

    /**
     * The task of that specification.
     *
     * @param model whose {@code score} is the task's head
     * @throws AmalgamException if the data are wrong, the model has no head, or a label none of its classes
     */
    public Task open(TextTaskSpec spec, Path model) {
        return opened.computeIfAbsent(new Key(spec, model), this::make);
    }

    private Task make(Key key) {
        TextTaskSpec spec = key.spec();
        Checkpoint model = Checkpoint.open(key.model(), Checkpoint.open(ancestor));
        LinearHead head =
                LinearHead.of(model, Families.architecture(ancestor).features().width());
        TextDataset texts =
                TextDatasets.open(spec.paths(), spec.split(), spec.columns(), spec.classNames(), spec.name());
        for (TextDataset.Example example : texts.examples()) {
            if (example.label() >= head.classes()) {
                throw new AmalgamException(example.where() + ": the label is " + example.label() + ", and the head of "
                        + key.model() + " has " + head.classes() + " classes; is it the model of this task?");
            }
        }
        String fingerprint =
                texts.fingerprint() + " " + model.fingerprint() + " " + Tokenizer.fingerprint(folder) + " " + longest;
        return new TextTask(spec.name(), texts, tokenizer(), head, fingerprint);
    }

    private Tokenizer tokenizer() {
        if (tokenizer.isEmpty()) {
            tokenizer = Optional.of(Tokenizer.read(folder, OptionalInt.of(longest)));
        }
        return tokenizer.get();
    }

    @Override
    public void close() {
        tokenizer.ifPresent(Tokenizer::close);
    }
}
