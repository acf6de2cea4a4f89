package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HostTensorTest {

    @Test
    void everyHalfSurvivesTheWayThroughFloat() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            float value = SmallFloats.fromHalf((short) bits);
            if (Float.isNaN(value)) {
                assertThat(bits & 0x7c00).isEqualTo(0x7c00);
                assertThat(SmallFloats.fromHalf(SmallFloats.toHalf(value))).isNaN();
            } else {
                assertThat(SmallFloats.toHalf(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void halvesHaveTheValuesOfTheStandard() {
        assertThat(SmallFloats.fromHalf((short) 0x3555)).isEqualTo(0x1.554p-2f);
        assertThat(SmallFloats.fromHalf((short) 0x7bff)).isEqualTo(65504f);
        assertThat(SmallFloats.fromHalf((short) 0x0001)).isEqualTo(0x1p-24f);
        assertThat(SmallFloats.fromHalf((short) 0x0400)).isEqualTo(0x1p-14f);
        assertThat(SmallFloats.fromHalf((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Float.floatToRawIntBits(SmallFloats.fromHalf((short) 0x8000)))
                .isEqualTo(0x80000000);
    }

    @Test
    void roundsToTheNearestHalfWithTiesToEven() {
        assertThat(SmallFloats.toHalf(1 + 0x1p-11f)).isEqualTo((short) 0x3c00);
        assertThat(SmallFloats.toHalf(1 + 0x3p-11f)).isEqualTo((short) 0x3c02);
        assertThat(SmallFloats.toHalf(65519.996f)).isEqualTo((short) 0x7bff);
        assertThat(SmallFloats.toHalf(65520f)).isEqualTo((short) 0x7c00);
        assertThat(SmallFloats.toHalf(0x1p-25f)).isEqualTo((short) 0);
        assertThat(SmallFloats.toHalf(0x1.000002p-25f)).isEqualTo((short) 1);
        assertThat(SmallFloats.toHalf(0x1.ffep-15f)).isEqualTo((short) 0x0400);
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            float value = (random.nextFloat() - 0.5f) * (float) Math.scalb(1.0, random.nextInt(40) - 24);
            short half = SmallFloats.toHalf(value);
            double error = Math.abs(SmallFloats.fromHalf(half) - (double) value);
            for (int step = -1; step <= 1; step += 2) {
                float neighbour = SmallFloats.fromHalf((short) (half + step));
                assertThat(Float.isNaN(neighbour) || error <= Math.abs(neighbour - (double) value))
                        .isTrue();
            }
        }
    }

    @Test
    void roundsToTheNearestBFloat16WithTiesToEven() {
        assertThat(SmallFloats.toBFloat16(1 + 0x1p-8f)).isEqualTo((short) 0x3f80);
        assertThat(SmallFloats.toBFloat16(1 + 0x3p-8f)).isEqualTo((short) 0x3f82);
        assertThat(SmallFloats.toBFloat16(-1.5f)).isEqualTo((short) 0xbfc0);
        assertThat(SmallFloats.toBFloat16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
        assertThat(SmallFloats.fromBFloat16(SmallFloats.toBFloat16(Float.NaN))).isNaN();
        for (int bits = 0; bits <= 0xffff; bits++) {
            float value = SmallFloats.fromBFloat16((short) bits);
            assertThat(Float.isNaN(value) || SmallFloats.toBFloat16(value) == (short) bits)
                    .isTrue();
        }
    }

    @Test
    void roundsValuesToSixteenBits() {
        float[] values = {1 + 0x1p-12f, -0.1f, 70_000f};

        assertThat(HostTensor.ofRounded(DType.F16, values, 3).toFloats())
                .containsExactly(1f, -0x1.998p-4f, Float.POSITIVE_INFINITY);
        assertThat(HostTensor.ofRounded(DType.BF16, values, 3).toFloats()).containsExactly(1f, -0x1.9ap-4f, 70_144f);
        assertThatThrownBy(() -> HostTensor.ofRounded(DType.F64, values, 3))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void eightBitFloatsHaveTheValuesOfTheirFormats() {
        assertThat(bytes(DType.F8_E4M3, 0x38, 0x7e, 0x01, 0x7f, 0xc0).toFloats())
                .containsExactly(1f, 448f, 0x1p-9f, Float.NaN, -2f);
        assertThat(bytes(DType.F8_E5M2, 0x3c, 0x7b, 0x01, 0x7c, 0xc0).toFloats())
                .containsExactly(1f, 57344f, 0x1p-16f, Float.POSITIVE_INFINITY, -2f);
    }

    @Test
    void readsEveryIntegerType() {
        assertThat(bytes(DType.U8, 0, 1, 255).toLongs()).containsExactly(0, 1, 255);
        assertThat(bytes(DType.I8, 0, 1, 255).toLongs()).containsExactly(0, 1, -1);
        assertThat(bytes(DType.BOOL, 0, 1).toLongs()).containsExactly(0, 1);
        assertThat(bytes(DType.I16, 0xfe, 0xff).toLongs()).containsExactly(-2);
        assertThat(bytes(DType.I32, 1, 2, 0, 0).toDoubles()).containsExactly(513);
        HostTensor wide = HostTensor.ofLongs(new long[] {(1L << 53) + 1, 16_777_217}, 2);
        assertThat(wide.toLongs()).containsExactly((1L << 53) + 1, 16_777_217);
        assertThat(wide.toFloats()).containsExactly(0x1p53f, 16_777_216f);
        assertThatThrownBy(() -> HostTensor.ofFloats(new float[1], 1).toLongs())
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("found F32");
    }

    @Test
    void isAValueThatNobodyCanChange() {
        HostTensor tensor = HostTensor.ofFloats(new float[] {1, 2}, 2);

        assertThat(tensor).isEqualTo(HostTensor.ofFloats(new float[] {1, 2}, 2));
        assertThat(tensor).isNotEqualTo(HostTensor.ofFloats(new float[] {1, 2}, 1, 2));
        assertThat(tensor.data().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        tensor.data().getFloat();
        assertThat(tensor.data().remaining()).isEqualTo(8);
        assertThatThrownBy(() -> tensor.data().put((byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> HostTensor.ofFloats(new float[3], 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("given 12");
    }

    private static HostTensor bytes(DType dtype, int... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length);
        for (int value : values) {
            data.put((byte) value);
        }
        return new HostTensor(dtype, List.of((long) values.length / dtype.bytes()), data.flip());
    }
}
