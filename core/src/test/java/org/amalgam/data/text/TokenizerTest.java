package org.amalgam.data.text;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TokenizerTest {

    private static final List<String> TEXTS = List.of(
            "a photo of a cat.",
            "  Tabs\tand  CAPITALS, it's 2026!",
            "",
            "caf\u00e9 \u4f60\u597d \ud83d\ude00",
            "<|endoftext|> inside");

    @TempDir
    Path folder;

    /** The embedded golden family's base, which has the fast tokenizer's file and the older two. */
    private static Path base() throws Exception {
        URL url = Objects.requireNonNull(TokenizerTest.class.getResource("/golden/models/base/tokenizer.json"));
        return Path.of(url.toURI()).getParent();
    }

    private void copy(String... names) throws Exception {
        for (String name : names) {
            Files.copy(base().resolve(name), folder.resolve(name));
        }
    }

    @Test
    void vocabularyAndMergesGiveTheSameTokenizerAsTokenizerJson() throws Exception {
        copy("vocab.json", "merges.txt", "tokenizer_config.json");

        try (Tokenizer fast = Tokenizer.read(base());
                Tokenizer old = Tokenizer.read(folder)) {
            assertThat(old.encode(TEXTS)).usingRecursiveComparison().isEqualTo(fast.encode(TEXTS));
            assertThat(old.padId()).isEqualTo(fast.padId()).isEqualTo(1213);
            assertThat(old.maxLength()).isEqualTo(fast.maxLength()).hasValue(77);
        }
    }

    @Test
    void padsToTheLongestAndMasksThePadding() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.read(base())) {
            TokenBatch batch = tokenizer.encode(List.of("cat", "a photo of a cat."));

            assertThat(batch.ids()[0]).hasSameSizeAs(batch.ids()[1]).hasSize(batch.length());
            int tokens = (int) Arrays.stream(batch.attentionMask()[0]).sum();
            assertThat(tokens).isLessThan(batch.length());
            assertThat(batch.ids()[0][0]).isEqualTo(1212);
            assertThat(IntStream.range(tokens - 1, batch.length()).mapToLong(i -> batch.ids()[0][i]))
                    .containsOnly(1213L);
            assertThat(batch.attentionMask()[1]).containsOnly(1L);
            assertThat(tokenizer.encodePadded(List.of("cat"), 20).ids()[0])
                    .hasSize(20)
                    .startsWith(batch.ids()[0]);
            assertThat(tokenizer.encode(List.of()).length()).isZero();
        }
    }

    @Test
    void truncatesBeforeTheEndToken() throws Exception {
        try (Tokenizer whole = Tokenizer.read(base());
                Tokenizer cut = Tokenizer.read(base(), OptionalInt.of(5))) {
            long[] all = whole.encode(List.of(TEXTS.get(0))).ids()[0];
            long[] five = cut.encode(List.of(TEXTS.get(0))).ids()[0];

            assertThat(all).hasSizeGreaterThan(5);
            assertThat(five).containsExactly(all[0], all[1], all[2], all[3], 1213);
            assertThatThrownBy(() -> whole.encodePadded(List.of(TEXTS.get(0)), 5))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("has " + all.length + " tokens, expected at most 5");
        }
    }

    @Test
    void saysWhatAFolderLacks() throws Exception {
        assertThatThrownBy(() -> Tokenizer.read(folder))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(folder + " holds no tokenizer: expected tokenizer.json, or vocab.json and merges.txt");

        copy("merges.txt");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
        assertThatThrownBy(() -> Tokenizer.read(folder))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("vocab.json has no entry <|startoftext|>");
    }

    @Test
    void refusesDamagedFiles() throws Exception {
        Path file = folder.resolve("tokenizer.json");
        for (String damaged : new String[] {"{", "[]", "{}", "{\"model\": {\"type\": \"BPE\"}}"}) {
            Files.writeString(file, damaged);
            assertThatThrownBy(() -> Tokenizer.read(folder))
                    .as(damaged)
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining(folder.toString());
        }
        Files.delete(file);
        copy("vocab.json");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b c\n");
        assertThatThrownBy(() -> Tokenizer.read(folder))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("merges.txt, line 2: expected two parts");
    }

    @Test
    void readsThePadTokenAndTheLengthOfTheConfiguration() throws Exception {
        copy("tokenizer.json");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"pad_token\": {\"content\": \"!\"}, \"model_max_length\": 1000000000000000019884624838656}");
        try (Tokenizer tokenizer = Tokenizer.read(folder)) {
            assertThat(tokenizer.padId()).isZero();
            assertThat(tokenizer.maxLength()).isEmpty();
        }

        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"pad_token\": \"<none>\"}");
        assertThatThrownBy(() -> Tokenizer.read(folder)).hasMessageContaining("has no token <none>");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"model_max_length\": \"77\"}");
        assertThatThrownBy(() -> Tokenizer.read(folder)).hasMessageContaining("model_max_length is \"77\"");
    }

    /** Two programs that unpack the native library into one empty cache at the same moment. */
    @Test
    void twoProcessesMayStartAtOnce() throws Exception {
        Process[] processes = {start(), start()};
        for (Process process : processes) {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(output).isZero();
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-DENGINE_CACHE_DIR=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        EncodeOnce.class.getName())
                .redirectErrorStream(true)
                .start();
    }

    /** The other process. */
    static final class EncodeOnce {
        public static void main(String[] arguments) throws Exception {
            try (Tokenizer tokenizer = Tokenizer.read(base())) {
                if (tokenizer.encode(List.of("cat")).length() < 3) {
                    throw new IllegalStateException("no tokens");
                }
            }
        }
    }
}
