package org.amalgam.model;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Texts as an encoder takes them: one int64 tensor [N, tokens] of token ids, each text from the left, and {@value #NONE} where a
 * text has ended. Ids and attention mask are thus one tensor, and no id of the vocabulary has to stand for padding: many models
 * pad with a token that texts contain too.
 */
public final class TokenIds {

    /** Where there is no token. */
    public static final long NONE = -1;

    /** Tokens that texts are cut to where nothing else is asked for: as many as the reference cuts them to. */
    public static final int USUAL_CUT = 512;

    private TokenIds() {}

    /** Whether inputs are texts at all. */
    public static boolean are(Tensor inputs) {
        return inputs.dtype() == DType.I64;
    }

    /** 1 where there is a token and 0 elsewhere, int64 [N, tokens]. */
    public static Tensor present(Tensor ids) {
        return ids.atLeast(0).to(DType.I64);
    }

    /**
     * The position of each text's last token.
     *
     * @throws AmalgamException if a text has no token
     */
    public static long[] last(Tensor ids) {
        long[] lengths = present(ids).sum(1).toLongs();
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] == 0) {
                throw new AmalgamException(
                        "text " + i + " of a batch has no token, expected at least one; leave empty texts out");
            }
            lengths[i]--;
        }
        return lengths;
    }

    /** Batches below each other, as wide as the widest. */
    public static Tensor joined(List<Tensor> batches) {
        long width = batches.stream().mapToLong(ids -> ids.size(1)).max().orElseThrow();
        List<Tensor> wide = new ArrayList<>();
        for (Tensor ids : batches) {
            long missing = width - ids.size(1);
            wide.add(
                    missing == 0
                            ? ids
                            : Tensor.concat(
                                    List.of(
                                            ids,
                                            Tensor.full(NONE, ids.size(0), missing)
                                                    .to(DType.I64)),
                                    1));
        }
        return Tensor.concat(wide, 0);
    }
}
