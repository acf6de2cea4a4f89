package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.checkpoint.HostTensor;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.fail;

/**
 * How far a result may lie from the reference's: {@code |got - expected| <= atol + rtol |expected|} element by element, and
 * the mean of {@code |got - expected|} within {@code meanAtol} where one is given.
 *
 * @param mask 1 where an element counts; repeated along the leading axes (the steps) that it lacks
 */
record Tolerance(double atol, double rtol, Optional<Double> meanAtol, boolean exact, Optional<HostTensor> mask) {

    static Tolerance of(JsonNode entry, Optional<HostTensor> mask) {
        Optional<Double> meanAtol = Optional.ofNullable(entry.get("mean_atol")).map(JsonNode::asDouble);
        boolean exact = entry.path("exact").asBoolean(false);
        if (!exact && !(entry.path("atol").isNumber() && entry.path("rtol").isNumber())) {
            throw new IllegalArgumentException("an expected entry has neither exact nor atol and rtol: " + entry);
        }
        return new Tolerance(entry.path("atol").asDouble(), entry.path("rtol").asDouble(), meanAtol, exact, mask);
    }

    /** Fails with the worst element where the tensors differ by more than allowed; NaN is never allowed. */
    void compare(String what, HostTensor got, HostTensor expected) {
        if (!got.shape().equals(expected.shape())) {
            fail("%s: expected shape %s, got %s", what, expected.shape(), got.shape());
        }
        boolean[] counts = counted(what, expected);
        double[] gotten = got.toDoubles();
        double[] reference = expected.toDoubles();
        int worst = -1;
        int outside = 0;
        int compared = 0;
        double worstExcess = 0;
        double sum = 0;
        for (int i = 0; i < reference.length; i++) {
            if (!counts[i]) {
                continue;
            }
            compared++;
            double difference = difference(gotten[i], reference[i]);
            sum += difference;
            double excess = difference - allowed(reference[i]);
            if (!(excess <= 0)) {
                outside++;
                if (worst < 0 || Double.isNaN(excess) || excess > worstExcess) {
                    worst = i;
                    worstExcess = excess;
                }
            }
        }
        if (worst >= 0) {
            fail(
                    "%s: %d of %d elements outside the tolerance; worst at %s: expected %s, got %s, difference %.3g, allowed %.3g",
                    what,
                    outside,
                    compared,
                    position(worst, expected.shape()),
                    reference[worst],
                    gotten[worst],
                    difference(gotten[worst], reference[worst]),
                    allowed(reference[worst]));
        }
        double mean = compared == 0 ? 0 : sum / compared;
        if (meanAtol.isPresent() && !(mean <= meanAtol.get())) {
            fail("%s: mean difference %.3g, allowed %.3g", what, mean, meanAtol.get());
        }
    }

    private double allowed(double reference) {
        return exact ? 0 : atol + rtol * Math.abs(reference);
    }

    private static double difference(double got, double reference) {
        // infinities of one sign agree, and their difference would be NaN
        return got == reference ? 0 : Math.abs(got - reference);
    }

    private boolean[] counted(String what, HostTensor expected) {
        boolean[] counts = new boolean[expected.elements()];
        long[] ones = {1};
        List<Long> shape = expected.shape();
        if (mask.isPresent()) {
            ones = mask.get().toLongs();
            List<Long> tail = mask.get().shape();
            int leading = shape.size() - tail.size();
            if (leading < 0 || !shape.subList(leading, shape.size()).equals(tail)) {
                fail("%s: a mask of shape %s does not fit the expected shape %s", what, tail, shape);
            }
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] = ones[i % ones.length] == 1;
        }
        return counts;
    }

    private static String position(int index, List<Long> shape) {
        long[] position = new long[shape.size()];
        long rest = index;
        for (int axis = position.length - 1; axis >= 0; axis--) {
            position[axis] = rest % shape.get(axis);
            rest /= shape.get(axis);
        }
        return Arrays.toString(position);
    }
}
