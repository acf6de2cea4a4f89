package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FileFormatTest {

    @ParameterizedTest
    @CsvSource({
        "5GB, 5000000000",
        "5GiB, 5368709120",
        "40k, 40000",
        "40 KiB, 40960",
        "0.29gb, 290000000",
        "1.5T, 1500000000000",
        "17, 17"
    })
    void sizesAreThoseOfTransformers(String text, long bytes) {
        assertThat(FileFormat.shardBytes("size", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0.1", "GB", "-1GB", "5XB", "1e9", "5.GB"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> FileFormat.shardBytes("--max-shard-size", text))
                .isInstanceOf(AmalgamException.class)
                .hasMessage("--max-shard-size: expected a size such as 5GB or 200MB, found " + text);
    }
}
