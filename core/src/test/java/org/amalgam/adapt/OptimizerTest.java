package org.amalgam.adapt;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OptimizerTest {

    private static final float[] START = {0.3f, -1, 2, 0};

    private static final float[][] GRADIENTS = {
        {0.5f, -2, 1e-4f, 3e-9f},
        {0.25f, 4, -1e-4f, -1e-9f},
        {-1, 0, 2e-3f, 5e-10f},
        {0.125f, 1e3f, 0, 0},
        {2, -1e3f, 1e-8f, 1e-8f}
    };

    /** {@code torch.optim.Adam(lr=0.01)} from {@link #START} under {@link #GRADIENTS}, float32. */
    private static final double[][] PYTORCH = {
        {0.2900000214576721, -0.9900000095367432, 1.9900009632110596, -0.0023076923098415136},
        {0.2806782126426697, -0.9936610460281372, 1.9905272722244263, -0.003038948168978095},
        {0.2827417850494385, -0.996491014957428, 1.9841837882995605, -0.0036712074652314186},
        {0.2837913930416107, -1.0023125410079956, 1.9789875745773315, -0.004129201173782349},
        {0.279506117105484, -1.0019328594207764, 1.974595546722412, -0.006063587963581085}
    };

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    private static Weights start() {
        return new Weights(Map.of("w", Tensor.of(START, 4)));
    }

    /** Leaves at the parameters' values at which that gradient has arrived. */
    private static Weights withGradient(Weights parameters, float[] gradient) {
        Weights leaves = parameters.leaves();
        leaves.get("w").mul(Tensor.of(gradient, gradient.length)).sum().backward();
        return leaves;
    }

    @Test
    void adamFollowsPyTorchs() {
        Weights parameters = start();
        Optimizer adam = Optimizer.of("adam", parameters);
        for (int step = 0; step < GRADIENTS.length; step++) {
            adam.step(parameters, withGradient(parameters, GRADIENTS[step]), step, 0.01);
            float[] values = parameters.get("w").toFloats();
            for (int i = 0; i < values.length; i++) {
                assertThat((double) values[i])
                        .as("step %d, entry %d", step, i)
                        .isCloseTo(PYTORCH[step][i], Offset.offset(3e-7));
            }
        }
    }

    @Test
    void adamFollowsItsFormulas() {
        Weights parameters = start();
        Optimizer adam = Optimizer.of("adam", parameters);
        double[] theta = {0.3, -1, 2, 0};
        double[] m = new double[4];
        double[] v = new double[4];
        for (int step = 0; step < 50; step++) {
            float[] gradient = new float[4];
            for (int i = 0; i < 4; i++) {
                gradient[i] = (float) Math.sin(1.7 * step + i) * (i + 1);
                m[i] = 0.9 * m[i] + 0.1 * gradient[i];
                v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
                double corrected = Math.sqrt(v[i] / (1 - Math.pow(0.999, step + 1)));
                theta[i] -= 0.05 * m[i] / (1 - Math.pow(0.9, step + 1)) / (corrected + 1e-8);
            }
            adam.step(parameters, withGradient(parameters, gradient), step, 0.05);
        }
        float[] values = parameters.get("w").toFloats();
        for (int i = 0; i < 4; i++) {
            assertThat((double) values[i]).isCloseTo(theta[i], Offset.offset(2e-5));
        }
    }

    @Test
    void adamLeavesAloneWhatNoGradientReached() {
        Weights parameters = start();
        Optimizer adam = Optimizer.of("adam", parameters);
        adam.step(parameters, parameters.leaves(), 0, 1);
        assertThat(parameters.get("w").toFloats()).containsExactly(START);
        assertThat(adam.state().get("adam.second").get("w").toFloats()).containsOnly(0);
    }

    @Test
    void plainDescentMovesByTheGradient() {
        Weights parameters = start();
        Optimizer sgd = Optimizer.of("sgd", parameters);
        sgd.step(parameters, withGradient(parameters, new float[] {1, -2, 0, 4}), 0, 0.5);
        assertThat(parameters.get("w").toFloats()).containsExactly(0.3f - 0.5f, 0, 2, -2);
        assertThat(sgd.state()).isEmpty();
    }

    @Test
    void refusesAnotherName() {
        assertThatThrownBy(() -> Optimizer.of("adamw", start()))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("method.optimizer: adamw")
                .hasMessageContaining("adam or sgd");
    }
}
