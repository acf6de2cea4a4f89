package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.data.dataset.TextDataset;
import org.amalgam.data.text.TokenBatch;
import org.amalgam.data.text.Tokenizer;
import org.amalgam.model.TokenIds;
import org.amalgam.tensor.Tensor;

import java.util.Arrays;
import java.util.List;

/** A classification task over texts, or pairs of them. A batch is as wide as its longest text. */
public record TextTask(String name, TextDataset texts, Tokenizer tokenizer, Head head, String fingerprint)
        implements Task {

    @Override
    public int size() {
        return texts.examples().size();
    }

    @Override
    public Batch batch(int[] rows) {
        List<TextDataset.Example> examples =
                Arrays.stream(rows).mapToObj(texts.examples()::get).toList();
        TokenBatch tokens = tokenizer.encodeRows(
                examples.stream().map(TextDataset.Example::texts).toList());
        int length = tokens.length();
        long[] ids = new long[rows.length * length];
        Arrays.fill(ids, TokenIds.NONE);
        for (int i = 0; i < rows.length; i++) {
            int own = Math.toIntExact(Arrays.stream(tokens.attentionMask()[i]).sum());
            if (own == 0) {
                throw new AmalgamException(examples.get(i).where() + ": the text has no token; leave the row out");
            }
            System.arraycopy(tokens.ids()[i], 0, ids, i * length, own);
        }
        long[] labels = examples.stream().mapToLong(TextDataset.Example::label).toArray();
        return new Batch(Tensor.of(ids, rows.length, length), Tensor.of(labels, rows.length));
    }

    @Override
    public void requireLabels() {
        texts.hiddenLabels().ifPresent(fault -> {
            throw new AmalgamException(fault);
        });
    }
}
