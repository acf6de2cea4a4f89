package org.amalgam.merge;

import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class SlerpTest {

    private static final Offset<Float> ROUNDING = Offset.offset(1e-6f);

    private final Scope scope = Scope.open();
    private final Tensor x = Tensor.of(new float[] {1, 0, 0, 0}, 2, 2);
    private final Tensor y = Tensor.of(new float[] {0, 0, 1, 0}, 2, 2);

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor at(double t, Tensor from, Tensor to) {
        return at(t, from, to, 0.9995);
    }

    private static Tensor at(double t, Tensor from, Tensor to, double threshold) {
        return Slerp.at(t, Slerp.Products.of(from, to), threshold, 1e-8).between(from, to);
    }

    private static void assertSame(Tensor got, Tensor expected) {
        assertThat(got.shape()).isEqualTo(expected.shape());
        assertThat(got.toFloats()).containsExactly(expected.toFloats(), ROUNDING);
    }

    @Test
    void beginsAtTheFirstAndEndsAtTheSecond() {
        Random random = new Random(3);
        Tensor a = Vectors.model(random).get("z.weight");
        Tensor b = Vectors.model(random).get("z.weight");
        assertSame(at(0, a, b), a);
        assertSame(at(1, a, b), b);
        assertSame(at(0.3, a, b), at(0.7, b, a));
        assertSame(at(0.3, a.mul(2), b.mul(2)), at(0.3, a, b).mul(2));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.8})
    void unitTensorsStayOnTheSphereAtAnEvenPace(double t) {
        double angle = t * Math.PI / 2;
        assertSame(at(t, x, y), x.mul(Math.cos(angle)).add(y.mul(Math.sin(angle))));
    }

    @Test
    void parallelAndOppositeTensorsAreInterpolatedLinearly() {
        assertSame(at(0.25, x, x.mul(3)), x.mul(1.5));
        assertSame(at(0.25, x, x.mul(-1)), x.mul(0.5));
        // A lower threshold makes the way straight that would be a curve.
        Tensor near = x.add(y.mul(0.5));
        assertSame(at(0.5, x, near, 0.8), x.add(y.mul(0.25)));
        assertThat(at(0.5, x, near).toFloats()[0]).isGreaterThan(1.01f);
    }

    @Test
    void aTensorOfZerosHasNoDirectionAndIsTakenForAPerpendicularOne() {
        assertSame(at(0.5, x.mul(0), y), y.mul(Math.sqrt(0.5)));
        assertSame(at(0.5, x.mul(0), y.mul(0)), x.mul(0));
    }
}
