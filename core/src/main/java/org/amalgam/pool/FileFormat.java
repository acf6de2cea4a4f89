package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.ShardedWriter;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What may be chosen of how a merged model's weights are written.
 *
 * @param dtype {@code float32}, {@code float16} or {@code bfloat16}; empty for what the ancestor's family says
 * @param shardBytes of tensors in one file at most
 * @param forced whether files are forced to disk before they have their names; otherwise the system writes them when it likes
 */
public record FileFormat(Optional<String> dtype, long shardBytes, boolean forced) {

    /** The ancestor's type, and files of up to 5 GB. */
    public static final FileFormat OF_THE_FAMILY = new FileFormat(Optional.empty(), ShardedWriter.SHARD_BYTES, false);

    private static final Pattern SIZE =
            Pattern.compile("(\\d{1,12}(?:\\.\\d{1,3})?)\\s*([KMGT]?)(I?)B?", Pattern.CASE_INSENSITIVE);

    /**
     * The bytes that transformers' {@code max_shard_size} means: 5GB is 5 000 000 000, 5GiB is 5 x 2^30.
     *
     * @param setting what the user gave it as, for errors
     * @throws AmalgamException if it is no size, or none of at least 1 byte
     */
    public static long shardBytes(String setting, String text) {
        Matcher size = SIZE.matcher(text.strip());
        long bytes = size.matches() ? bytes(size) : 0;
        if (bytes < 1) {
            throw new AmalgamException(setting + ": expected a size such as 5GB or 200MB, found " + text);
        }
        return bytes;
    }

    private static long bytes(Matcher size) {
        int power =
                1 + "KMGT".indexOf(size.group(2).isEmpty() ? " " : size.group(2).toUpperCase(Locale.ROOT));
        double unit = Math.pow(size.group(3).isEmpty() ? 1000 : 1024, power);
        return Math.round(Double.parseDouble(size.group(1)) * unit);
    }
}
