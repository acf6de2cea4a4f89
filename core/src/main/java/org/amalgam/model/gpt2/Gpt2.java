package org.amalgam.model.gpt2;

import org.amalgam.AmalgamException;
import org.amalgam.model.Encoder;
import org.amalgam.model.TokenIds;
import org.amalgam.nn.Block;
import org.amalgam.nn.LayerNorm;
import org.amalgam.nn.TokenStates;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;

import java.util.List;

/**
 * GPT-2 (Radford et al., 2019) as a view on layers. Inputs are {@link TokenIds}; a text's feature vector is the normalised state of
 * its last token, as {@code GPT2ForSequenceClassification} has it.
 *
 * <p>Padding needs no mask: it stands behind the last token, and no token sees what comes after it.
 *
 * @param tokenEmbedding [vocabulary, width]
 * @param positionEmbedding [positions, width]
 */
public record Gpt2(Tensor tokenEmbedding, Tensor positionEmbedding, List<Block> blocks, LayerNorm lastNorm)
        implements Encoder {

    /** The last block's states, normalised [N, tokens, width]; what stands where there is no token is of no meaning. */
    public Tensor hiddenStates(Tensor ids) {
        return lastNorm.apply(states(ids));
    }

    @Override
    public Tensor features(Tensor ids) {
        return lastNorm.apply(TokenStates.at(states(ids), TokenIds.last(ids)));
    }

    @Override
    public Gpt2 rounded(DType type) {
        return new Gpt2(
                tokenEmbedding,
                positionEmbedding,
                blocks.stream().map(block -> block.rounded(type)).toList(),
                lastNorm);
    }

    private Tensor states(Tensor ids) {
        long tokens = ids.size(1);
        if (tokens > positionEmbedding.size(0)) {
            throw new AmalgamException("a text has " + tokens + " tokens, and the model has "
                    + positionEmbedding.size(0) + " positions; cut texts with modelpool.max_length");
        }
        // Any token may stand where there is none.
        Tensor hidden = Functional.embedding(tokenEmbedding, ids.mul(TokenIds.present(ids)))
                .add(positionEmbedding.slice(0, 0, tokens));
        for (Block block : blocks) {
            hidden = block.apply(hidden);
        }
        return hidden;
    }
}
