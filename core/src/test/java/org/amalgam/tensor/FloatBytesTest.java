package org.amalgam.tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** Numbers read and written past libtorch are those that libtorch reads and writes. */
class FloatBytesTest {

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void everySixteenBitNumberIsReadAsLibtorchReadsIt(DType type) {
        int count = 1 << 16;
        ByteBuffer all = bytes(2 * count);
        for (int i = 0; i < count; i++) {
            all.putShort(2 * i, (short) i);
        }
        try (Scope scope = Scope.open()) {
            float[] expected =
                    Tensor.of(type, new long[] {count}, all).to(DType.F32).toFloats();
            float[] one = new float[1];
            for (int i = 0; i < count; i++) {
                boolean finite = FloatBytes.decode(all, 2 * i, type, one, 1);
                assertThat(finite).as("%04x", i).isEqualTo(Float.isFinite(expected[i]));
                if (finite) {
                    assertThat(one[0]).as("%04x", i).isEqualTo(expected[i]);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 7, 1000, Rows.ELEMENTS})
    void aBlockIsReadAndWrittenWhateverItsLength(int length) {
        float[] values = random(length);
        try (Scope scope = Scope.open()) {
            for (DType type : new DType[] {DType.BF16, DType.F16, DType.F32, DType.F64}) {
                Tensor rounded = Tensor.of(values, length).to(type);
                float[] into = new float[Rows.ELEMENTS];
                assertThat(Window.of(rounded).read(Span.whole(length), into)).isTrue();
                assertThat(java.util.Arrays.copyOf(into, length))
                        .as("%s", type)
                        .isEqualTo(rounded.to(DType.F32).toFloats());
                if (FloatBytes.encodes(type)) {
                    ByteBuffer written = bytes(length * type.bytes());
                    assertThat(FloatBytes.encode(values, length, type, written, 0))
                            .isTrue();
                    assertThat(written).isEqualTo(rounded.toBytes());
                }
            }
        }
    }

    private static float[] random(int length) {
        Random random = new Random(length);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            // Halfway between two bfloat16 numbers now and then, where the even one is meant.
            values[i] = i % 5 == 0
                    ? Float.intBitsToFloat(0x3f80_8000 + (random.nextInt(256) << 16))
                    : (float) random.nextGaussian() * 0.05f;
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource({"NaN, 0", "Infinity, 2", "-Infinity, 4", "NaN, 5"})
    void whatIsNotFiniteIsNoticedWhereverItStands(float damage, int place) {
        float[] values = new float[6];
        values[place] = damage;
        for (DType type : new DType[] {DType.BF16, DType.F32}) {
            ByteBuffer written = bytes(24);
            assertThat(FloatBytes.encode(values, 6, type, written, 0)).isFalse();
            for (int length = 1; length <= 6; length++) {
                assertThat(FloatBytes.decode(written, 0, type, new float[6], length))
                        .isEqualTo(length <= place);
            }
        }
    }

    @Test
    void whatATypeCannotHoldIsNoticed() {
        float[] values = {1, 2, 3, Float.MAX_VALUE, 5};
        assertThat(FloatBytes.encode(values, 3, DType.BF16, bytes(10), 0)).isTrue();
        assertThat(FloatBytes.encode(values, 5, DType.BF16, bytes(10), 0)).isFalse();
        assertThat(FloatBytes.encode(values, 5, DType.F32, bytes(20), 0)).isTrue();
    }
}
