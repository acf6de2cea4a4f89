package org.amalgam.golden;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Runs every case of the golden folder and prints a line a group. Another folder of the same format: {@code mvn verify
 * -Dgolden.dir=DIR}.
 */
@Tag("golden")
class GoldenTest {

    private enum Outcome {
        PASSED,
        FAILED,
        SKIPPED
    }

    private static final Map<String, Map<Outcome, Integer>> TALLY = new TreeMap<>();

    @TestFactory
    Stream<DynamicContainer> golden() {
        return GoldenIndex.load().groups().entrySet().stream()
                .map(group -> DynamicContainer.dynamicContainer(
                        group.getKey(),
                        group.getValue().stream()
                                .map(golden -> DynamicTest.dynamicTest(golden.id(), () -> runAndCount(golden)))));
    }

    @AfterAll
    static void printLines() {
        TALLY.forEach((group, outcomes) -> System.out.println("golden " + group + ": "
                + Stream.of(Outcome.values())
                        .map(outcome -> outcomes.getOrDefault(outcome, 0) + " "
                                + outcome.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", "))));
    }

    private static void runAndCount(GoldenCase golden) throws Exception {
        Outcome outcome = Outcome.FAILED;
        try {
            run(golden, GoldenChecks.BY_GROUP.getOrDefault(golden.group(), List.of()));
            outcome = Outcome.PASSED;
        } catch (TestAbortedException skipped) {
            outcome = Outcome.SKIPPED;
            throw skipped;
        } finally {
            TALLY.computeIfAbsent(golden.group(), group -> new EnumMap<>(Outcome.class))
                    .merge(outcome, 1, Integer::sum);
        }
    }

    /** Runs a case by all checks that handle it, and fails where one of its results stays uncompared. */
    static void run(GoldenCase golden, List<Check> checks) throws Exception {
        if (checks.isEmpty()) {
            abort("no method of group " + golden.group() + " exists yet");
        }
        List<Check> handling =
                checks.stream().filter(check -> check.handles(golden)).toList();
        if (handling.isEmpty()) {
            Optional<String> missing = GoldenChecks.missing(golden.id());
            missing.ifPresent(reason -> abort(reason));
            fail("case %s: group %s has checks, none of them handles this case", golden.id(), golden.group());
        }
        for (Check check : handling) {
            check.run(golden);
        }
        golden.requireAllCompared();
    }
}
