package org.amalgam.cli.config;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.amalgam.AmalgamException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The same folder of groups and the same overrides as Hydra was given; what it made of them lies beside the folder, written by
 * {@code expected.py}. Where Amalgam departs from it, is said here and in {@code docs/configuration.md}.
 */
class HydraTest {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /** What Hydra composes and Amalgam refuses. */
    private static final Set<List<String>> REFUSED = Set.of(
            // a run needs all of its values
            List.of("method.name=???"),
            // the keys of the root are known, and none takes keys below it that are not
            List.of("+a.b.c=1"),
            List.of("+seed.x=1"),
            // a group's key chooses a file
            List.of("method={lr:3}"));

    /** What Hydra refuses and Amalgam composes. */
    private static final Set<List<String>> COMPOSED = Set.of(
            // two entries of one group at one place: the later lies over the earlier
            List.of("modelpool=over"),
            List.of("method.name=a=b"),
            List.of("method.name=${method.${modelpool.key}}", "+modelpool.key=lr"));

    /** What both compose, with another value below {@code method}: numbers within a text stand as they were written. */
    private static final Map<List<String>, Map<String, Object>> OTHERWISE = Map.of(
            List.of("method.name=${method.lr}_${seed}"), Map.of("name", "1e-3_1"),
            List.of("+method.v=1_000"), Map.of("v", "1_000"),
            List.of("+method.v=inf"), Map.of("v", "inf"));

    /** Values that are others: numbers are YAML 1.2's, nothing is cast, and a backslash takes few characters as text. */
    private static final Map<String, Object> OTHER = Map.ofEntries(
            Map.entry("1_000", "1_000"),
            Map.entry("0x10", 16L),
            Map.entry("0o17", 15L),
            Map.entry("01", 1L),
            Map.entry("007", 7L),
            Map.entry("inf", "inf"),
            Map.entry("-inf", "-inf"),
            Map.entry("nan", "nan"),
            Map.entry(".inf", Double.POSITIVE_INFINITY),
            Map.entry("int(3)", "int(3)"),
            Map.entry("str(3)", "str(3)"),
            Map.entry("'a\\\\b'", "a\\b"),
            Map.entry("a\\ b", "a\\ b"),
            Map.entry("a\\:b", "a\\:b"));

    /** Values that are refused: still to be given, and a key that is given twice. */
    private static final Set<String> NO_VALUES = Set.of("???", "{a:1,a:2}");

    private static JsonNode cases(String name) throws IOException {
        try (InputStream in = HydraTest.class.getResourceAsStream("/hydra/" + name)) {
            return JSON.readTree(Objects.requireNonNull(in, name));
        }
    }

    private static RunConfig compose(List<String> overrides) throws URISyntaxException {
        Path conf = Path.of(Objects.requireNonNull(HydraTest.class.getResource("/hydra/conf"))
                .toURI());
        return new Composer(List.of(conf), Optional.of("root"), BuiltIn.NONE).compose(overrides.toArray(String[]::new));
    }

    private static Map<String, Object> composed(List<String> overrides) throws URISyntaxException {
        RunConfig config = compose(overrides);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("method", config.method().node().plain());
        tree.put("modelpool", config.modelpool().node().plain());
        tree.put("taskpool", config.taskpool().node().plain());
        tree.put("seed", config.settings().seed());
        return tree;
    }

    @TestFactory
    Stream<DynamicTest> compositions() throws IOException {
        return StreamSupport.stream(cases("compositions.json").spliterator(), false)
                .map(each -> DynamicTest.dynamicTest(each.get("overrides").toString(), () -> {
                    List<String> overrides = new ArrayList<>();
                    each.get("overrides").forEach(override -> overrides.add(override.asText()));
                    boolean refused = each.has("refused") ? !COMPOSED.contains(overrides) : REFUSED.contains(overrides);
                    if (refused) {
                        assertThatThrownBy(() -> composed(overrides)).isInstanceOf(AmalgamException.class);
                    } else if (OTHERWISE.containsKey(overrides)) {
                        assertThat(compose(overrides).method().node().plain())
                                .containsAllEntriesOf(OTHERWISE.get(overrides));
                    } else if (each.has("composed")) {
                        assertThat(equal(composed(overrides))).isEqualTo(equal(plain(each.get("composed"))));
                    } else {
                        assertThat(composed(overrides)).isNotEmpty();
                    }
                }));
    }

    /** Where Hydra has a value, Amalgam has the same; some texts that Hydra wants quoted need no quotes here. */
    @TestFactory
    Stream<DynamicTest> values() throws IOException {
        return StreamSupport.stream(cases("values.json").spliterator(), false)
                .filter(each -> each.has("value"))
                .map(each -> DynamicTest.dynamicTest(each.get("text").asText(), () -> {
                    String text = each.get("text").asText();
                    if (NO_VALUES.contains(text)) {
                        assertThatThrownBy(() -> value(text)).isInstanceOf(AmalgamException.class);
                    } else {
                        Object expected = OTHER.containsKey(text) ? OTHER.get(text) : plain(each.get("value"));
                        assertThat(equal(value(text))).isEqualTo(equal(expected));
                    }
                }));
    }

    private static Object value(String text) throws URISyntaxException {
        return compose(List.of("+method.v=" + text)).method().node().plain().get("v");
    }

    private static Object plain(JsonNode node) {
        return JSON.convertValue(node, Object.class);
    }

    /** Numbers by value and not by class, and an integer that no fraction is. */
    private static Object equal(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> equal = new LinkedHashMap<>();
            map.forEach((key, item) -> equal.put(key, equal(item)));
            return equal;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(item -> Optional.ofNullable(equal(item))).toList();
        }
        if (value instanceof Integer || value instanceof Long) {
            return BigDecimal.valueOf(((Number) value).longValue());
        }
        return value;
    }
}
