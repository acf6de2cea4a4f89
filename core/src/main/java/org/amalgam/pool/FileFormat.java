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

    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*([KMGT]?)(I?)B?", Pattern.CASE_INSENSITIVE);

    /**
     * The bytes that transformers' {@code max_shard_size} means: 5GB is 5 000 000 000, 5GiB is 5 x 2^30.
     *
     * @throws AmalgamException if it is no size
     */
    public static long shardBytes(String text) {
        Matcher size = SIZE.matcher(text.strip());
        if (!size.matches() || Long.parseLong(size.group(1)) == 0) {
            throw new AmalgamException(
                    "merged_model_save_kwargs.max_shard_size: expected a size such as 5GB or 200MB, found " + text);
        }
        int power =
                1 + "KMGT".indexOf(size.group(2).isEmpty() ? " " : size.group(2).toUpperCase(Locale.ROOT));
        double unit = Math.pow(size.group(3).isEmpty() ? 1000 : 1024, power);
        return (long) (Long.parseLong(size.group(1)) * unit);
    }
}
