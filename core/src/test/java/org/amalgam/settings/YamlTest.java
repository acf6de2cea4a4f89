package org.amalgam.settings;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class YamlTest {

    @ParameterizedTest
    @CsvSource({
        "1e-3, 0.001",
        "1e-5, 1.0E-5",
        "2E+2, 200.0",
        ".5, 0.5",
        "-0.25, -0.25",
        "1., 1.0",
        ".inf, Infinity",
        "-.inf, -Infinity"
    })
    void readsNumbersAsYaml12Does(String text, double value) {
        assertThat(Yaml.value(text, Source.DEFAULTS).plain()).isEqualTo(value);
    }

    @Test
    void readsEachKindOfScalar() {
        assertThat(Yaml.value(
                                "[7, +7, -7, 0x1F, 0o17, true, False, null, ~, yes, '7', 32-true, 2024-05-01, 1_000]",
                                Source.DEFAULTS)
                        .plain())
                .isEqualTo(Arrays.asList(
                        7L, 7L, -7L, 31L, 15L, true, false, null, null, "yes", "7", "32-true", "2024-05-01", "1_000"));
    }

    @Test
    void knowsTheLineOfEachKey() {
        MapNode map = Yaml.mapping("a: 1\n\nb:\n  c: [1,\n   2]\n", "conf/x.yaml");
        assertThat(map.get("a").orElseThrow().source().where()).isEqualTo("conf/x.yaml, line 1");
        assertThat(map.get("b").orElseThrow().source().where()).isEqualTo("conf/x.yaml, line 3");
        assertThat(map.find(List.of("b", "c")).orElseThrow().source().where()).isEqualTo("conf/x.yaml, line 4");
    }

    @Test
    void writesOutAliases() {
        MapNode map = Yaml.mapping("a: &x {k: 1}\nb: *x\nc: [*x, *x]", "x");
        assertThat(map.plain().get("c")).isEqualTo(List.of(Map.of("k", 1L), Map.of("k", 1L)));
    }

    @Test
    void refusesAliasesThatExplode() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 9; i++) {
            String alias = "*a" + (i - 1);
            bomb.append(
                    "a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", java.util.Collections.nCopies(10, alias))));
        }
        assertThatThrownBy(() -> Yaml.mapping(bomb.toString(), "bomb.yaml"))
                .isInstanceOf(AmalgamException.class)
                .hasMessage("bomb.yaml, line 5: more than 100000 values with its aliases written out.");
    }

    @Test
    void refusesAnAliasToWhatContainsIt() {
        assertThatThrownBy(() -> Yaml.mapping("a: &a [1, *a]", "x.yaml"))
                .hasMessage("x.yaml, line 1: the alias *a names nothing complete before it.");
    }

    @Test
    void refusesDepthWithoutOverflowingTheStack() {
        assertThatThrownBy(() -> Yaml.mapping("a: " + "[".repeat(200_000), "x.yaml"))
                .hasMessage("x.yaml, line 1: nested deeper than 100 levels.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: 1~a: 2          | x.yaml, line 2: the key a is given twice.",
                "a: !!java.io.File x| x.yaml, line 1: the tag tag:yaml.org,2002:java.io.File asks for an object, only plain values are read.",
                "a: !thing {b: 1}   | x.yaml, line 1: the tag !thing asks for an object, only plain values are read.",
                "[a]: 1             | x.yaml, line 1: a key is a list, a mapping or an alias, expected a name.",
                "- a~- b            | x.yaml, line 1: expected keys with values (key: value), found a list.",
                "text               | x.yaml, line 1: expected keys with values (key: value), found \"text\".",
                "a: 1~---~b: 2      | x.yaml, line 2: a second document begins, expected one.",
                "a: 99999999999999999999 | x.yaml, line 1: the integer 99999999999999999999 does not fit in 64 bits."
            })
    void saysWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> Yaml.mapping(text.replace('~', '\n'), "x.yaml"))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: [1, 2", "a: 'x", "\tb: 1", "a: b: c", "a: \u0000", "%FOO", "a: @x", "{a: 1"})
    void refusesWhatIsNotYamlInOneLine(String text) {
        assertThatThrownBy(() -> Yaml.mapping(text, "x.yaml"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageMatching("x\\.yaml, line \\d+: not valid YAML, [^\\n]+");
    }

    @Test
    void readsFiles(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("a.yaml"), "\uFEFFa: é\n# end\n");
        assertThat(Yaml.file(file).plain()).isEqualTo(Map.of("a", "é"));
        assertThat(Yaml.file(Files.writeString(file, "# only a comment\n")).entries())
                .isEmpty();
        Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xE9});
        assertThatThrownBy(() -> Yaml.file(file)).hasMessage(file + ": not UTF-8 text. Is this a YAML file?");
        assertThatThrownBy(() -> Yaml.file(folder.resolve("none.yaml")))
                .hasMessage(folder.resolve("none.yaml") + ": cannot be read (NoSuchFileException).");
    }

    @Test
    void writesWhatItReadsBack() {
        String text = """
                lr: 1e-3
                name: merging_weights.pt
                number: "007"
                empty: ""
                none: null
                weights: [0.3, 1, true]
                nothing: {}
                models:
                  _pretrained_: models/clip
                  "a: b": "x # y"
                templates:
                  - a photo of a bird.
                  - "- dash"
                nested:
                  -
                    - [1, 2]
                    - a: "\\u0007"
                """;
        MapNode map = Yaml.mapping(text, "x");
        String written = Yaml.write(map);
        assertThat(Yaml.mapping(written, "y").plain()).isEqualTo(map.plain());
        assertThat(written)
                .contains(
                        "lr: 1e-3\n",
                        "number: \"007\"\n",
                        "weights: [0.3, 1, true]\n",
                        "  _pretrained_: models/clip\n");
    }

    @Test
    void anyTextSurvivesWritingAndReading() {
        Random random = new Random(7);
        String alphabet = "ab1.e-+ :#[]{},'\"\\\n\t&*!|>%@`~?$_=\u00e9\u2028\u0007";
        for (int i = 0; i < 5000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(8); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Node node =
                    Node.of(Map.of("k" + text, List.of(text.toString(), List.of(text.toString()))), Source.DEFAULTS);
            assertThat(Yaml.value(Yaml.write(node), Source.DEFAULTS).plain()).isEqualTo(node.plain());
        }
    }

    @Test
    void aDamagedFileReadsOrEndsWithASentence() {
        String sound =
                "a: &x {k: [1, 'two', \"three\"]}\nb: *x\nc: |\n  text\n  more\nd: >-\n  folded\n? e\n: f\n# end\n";
        Random random = new Random(11);
        for (int i = 0; i < 3000; i++) {
            StringBuilder damaged = new StringBuilder(sound);
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                int at = random.nextInt(damaged.length());
                switch (random.nextInt(3)) {
                    case 0 -> damaged.deleteCharAt(at);
                    case 1 -> damaged.setCharAt(at, (char) (32 + random.nextInt(96)));
                    default -> damaged.insert(at, "*&![]{}:-?|>\n\t'\"".charAt(random.nextInt(16)));
                }
            }
            try {
                assertThat(Yaml.mapping(damaged.toString(), "x").entries()).isNotNull();
            } catch (AmalgamException e) {
                assertThat(e.getMessage()).startsWith("x, line ").doesNotContain("\n");
            }
        }
    }
}
