package org.amalgam.data.text;

/**
 * Token ids of several texts, padded on the right to one length.
 *
 * @param ids {@code [texts, length]}
 * @param attentionMask {@code [texts, length]}: 1 for a token, 0 for padding
 */
@SuppressWarnings("ArrayRecordComponent") // goes straight into a tensor, and is compared by nobody
public record TokenBatch(long[][] ids, long[][] attentionMask) {

    /** Tokens per row, padding included. */
    public int length() {
        return ids.length == 0 ? 0 : ids[0].length;
    }
}
