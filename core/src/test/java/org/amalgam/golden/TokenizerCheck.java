package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.data.text.TokenBatch;
import org.amalgam.data.text.Tokenizer;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;

/** Texts to ids: every row of the file of cases, and batches padded to their longest text or to a length. */
final class TokenizerCheck implements Check {

    private static final Pattern PADDED = Pattern.compile("padded(\\d*)_(input_ids|attention_mask)");

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.settings().has("cases_file");
    }

    @Override
    public void run(GoldenCase golden) throws Exception {
        JsonNode settings = golden.settings();
        JsonNode cases = new ObjectMapper()
                .readTree(golden.path(settings.path("cases_file").asText()).toFile());
        Path folder = golden.path(settings.path("files").path(0).asText()).getParent();
        OptionalInt length = OptionalInt.of(cases.path("model_max_length").intValue());
        try (Tokenizer tokenizer = Tokenizer.read(folder, length)) {
            assertThat(cases.path("rows")).hasSize(settings.path("rows").intValue());
            for (JsonNode row : cases.path("rows")) {
                String text = row.path("text").asText();
                assertThat(tokenizer.encode(List.of(text)).ids()[0]).as(text).containsExactly(longs(row.path("ids")));
            }
            List<String> batch = GoldenCase.texts(settings.path("padded_batch"));
            for (String name : golden.expected()) {
                Matcher padded = PADDED.matcher(name);
                assertThat(padded.matches())
                        .as("%s names its length and content", name)
                        .isTrue();
                TokenBatch tokens = padded.group(1).isEmpty()
                        ? tokenizer.encode(batch)
                        : tokenizer.encodePadded(batch, Integer.parseInt(padded.group(1)));
                long[][] rows = padded.group(2).equals("input_ids") ? tokens.ids() : tokens.attentionMask();
                long[] flat = Arrays.stream(rows).flatMapToLong(Arrays::stream).toArray();
                golden.expect(name, HostTensor.ofLongs(flat, rows.length, tokens.length()));
            }
        }
    }

    private static long[] longs(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToLong(JsonNode::longValue)
                .toArray();
    }
}
