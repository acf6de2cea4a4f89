package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ValueParserTest {

    private static Object parse(String text) {
        return new ValueParser("k", text, Source.argument(1)).parse().plain();
    }

    @Test
    void readsWhatACommandLineMeans() {
        assertThat(parse("1e-3")).isEqualTo(0.001);
        assertThat(parse("3")).isEqualTo(3L);
        assertThat(parse("true")).isEqualTo(true);
        assertThat(parse("null")).isNull();
        assertThat(parse("")).isEqualTo("");
        assertThat(parse("'3'")).isEqualTo("3");
        assertThat(parse("a photo of a bird: #1")).isEqualTo("a photo of a bird: #1");
        assertThat(parse("C:\\models\\clip")).isEqualTo("C:\\models\\clip");
        assertThat(parse("*.pt")).isEqualTo("*.pt");
        assertThat(parse("\"a, \\\"b\\\"\"")).isEqualTo("a, \"b\"");
        assertThat(parse("${a.b}/x")).isEqualTo("${a.b}/x");
        assertThat(parse("${a.${b}.c}/x")).isEqualTo("${a.${b}.c}/x");
        assertThat(parse("a\\, b\\=c\\[0\\]")).isEqualTo("a, b=c[0]");
        assertThat(parse("org/name@revision")).isEqualTo("org/name@revision");
    }

    @Test
    void readsCollections() {
        assertThat(parse("[0.3,1, a b ,null,'c,d',[]]"))
                .isEqualTo(Arrays.asList(0.3, 1L, "a b", null, "c,d", List.of()));
        assertThat(parse("{mnist:0.3,dtd: [1], 'a b':{x:y:z}}"))
                .isEqualTo(Map.of("mnist", 0.3, "dtd", List.of(1L), "a b", Map.of("x", "y:z")));
        assertThat(parse(" [ ${a.b} , {} ] ")).isEqualTo(List.of("${a.b}", Map.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "0.3,0.4 | k=0.3,0.4: several values; write [0.3,0.4] for a list, quote a text that holds a comma, or add -m for a run with each (command line, argument 1).",
                "[1,2 | k=[1,2: the closing ] is lacking (command line, argument 1).",
                "[1,,2] | k=[1,,2]: a value is lacking at character 4 (command line, argument 1).",
                "[1] x | k=[1] x: nothing can follow [1] (command line, argument 1).",
                "['a' b] | k=['a' b]: expected , or ] at character 6, found b (command line, argument 1).",
                "{a} | k={a}: expected {key: value}, found no colon after a (command line, argument 1).",
                "{a:1,a:2} | k={a:1,a:2}: the key a is given twice (command line, argument 1).",
                "'a | k='a: the closing ' is lacking (command line, argument 1)."
            })
    void saysWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(message);
    }

    @Test
    void anythingTypedReadsOrEndsWithASentence() {
        Random random = new Random(3);
        String alphabet = "[]{},:'\"\\ ${}a1.e-#\n";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                parse(text.toString());
            } catch (AmalgamException e) {
                assertThat(e.getMessage()).startsWith("k=").doesNotContain("\n");
            }
        }
        assertThatThrownBy(() -> parse("[".repeat(100_000))).hasMessageContaining("nested deeper than 50 levels");
    }
}
