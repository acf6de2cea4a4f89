package org.amalgam.tensor;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.HostTensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TensorTest {

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void bytesComeBackAsTheyWere(DType type) {
        byte[] bytes = new byte[6 * type.bytes()];
        new Random(1).nextBytes(bytes);
        if (type == DType.BOOL) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] &= 1;
            }
        }
        Tensor tensor = Tensor.of(type, new long[] {2, 3}, ByteBuffer.wrap(bytes));
        assertThat(tensor.dtype()).isEqualTo(type);
        assertThat(tensor.shape()).containsExactly(2, 3);
        assertThat(tensor.toBytes()).isEqualTo(ByteBuffer.wrap(bytes));
        assertThat(tensor.transpose(0, 1).transpose(0, 1).contiguous().toBytes())
                .isEqualTo(ByteBuffer.wrap(bytes));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "F8_E4M3", "F8_E5M2"})
    void valuesAreThoseThatTheFileFormatMeans(DType type) {
        byte[] bytes = new byte[4 * type.bytes()];
        new Random(2).nextBytes(bytes);
        for (int i = type.bytes() - 1; i < bytes.length; i += type.bytes()) {
            bytes[i] &= 0x3b; // neither NaN nor infinite in any type
        }
        HostTensor host = new HostTensor(type, java.util.List.of(4L), ByteBuffer.wrap(bytes));
        assertThat(Tensor.of(type, new long[] {4}, ByteBuffer.wrap(bytes)).toFloats())
                .isEqualTo(host.toFloats());
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16"})
    void roundsToNearestEven(DType type) {
        Random random = new Random(3);
        float[] values = new float[1000];
        for (int i = 0; i < values.length; i++) {
            // Multiples of 2^-12 near 1: many lie halfway between two neighbours of either type.
            values[i] = 1 + random.nextInt(4096) / 4096f;
        }
        assertThat(Tensor.of(values, 1000).to(type).toBytes())
                .isEqualTo(HostTensor.ofRounded(type, values, 1000).data());
    }

    @Test
    void makesScalarsAndEmptyTensors() {
        assertThat(Tensor.of(new float[] {3}).shape()).isEmpty();
        assertThat(Tensor.of(new float[] {3}).item()).isEqualTo(3);
        assertThat(Tensor.of(new float[0], 0, 3).toFloats()).isEmpty();
        assertThat(Tensor.of(new float[0], 0, 3).toBytes().remaining()).isZero();
        assertThatThrownBy(() -> Tensor.of(new float[] {1, 2, 3}, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("8 bytes")
                .hasMessageContaining("12");
    }

    @Test
    void copiesWhatItIsGiven() {
        float[] values = {1, 2};
        ByteBuffer bytes = HostTensor.ofFloats(values, 2).data();
        bytes.position(4);
        Tensor tensor = Tensor.of(DType.F32, new long[] {2}, bytes);
        assertThat(bytes.position()).isEqualTo(4);
        assertThat(tensor.toFloats()).containsExactly(1, 2);
        Tensor copy = tensor.copy();
        copy.mulInPlace(3);
        assertThat(tensor.toFloats()).containsExactly(1, 2);
    }

    @Test
    void readsViewsInRowMajorOrder() {
        Tensor table = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertThat(table.transpose(0, 1).toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(table.transpose(0, 1).toBytes())
                .isEqualTo(
                        HostTensor.ofFloats(new float[] {1, 4, 2, 5, 3, 6}, 6).data());
        assertThat(table.slice(1, 1, 2).toFloats()).containsExactly(2, 3, 5, 6);
        assertThat(table.select(1, 2).toFloats()).containsExactly(3, 6);
        assertThat(table.rows(Tensor.of(new long[] {1, 1, 0}, 3)).toFloats())
                .containsExactly(4, 5, 6, 4, 5, 6, 1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"})
    void findsEveryValueThatIsNoNumber(DType type) {
        float[] values = new float[1000];
        Arrays.fill(values, 0.5f);
        assertThat(Tensor.of(values, 1000).to(type).isFinite()).isTrue();
        values[777] = Float.NaN;
        assertThat(Tensor.of(values, 1000).to(type).isFinite()).isFalse();
        if (type != DType.F8_E4M3) { // has no infinity
            values[777] = Float.POSITIVE_INFINITY;
            values[3] = Float.NEGATIVE_INFINITY;
            assertThat(Tensor.of(values, 1000).to(type).isFinite()).isFalse();
        }
    }

    @Test
    void largeValuesWhoseSumOverflowsAreFinite() {
        assertThat(Tensor.full(Float.MAX_VALUE, 100).isFinite()).isTrue();
        assertThat(Tensor.full(60000, 100).to(DType.F16).isFinite()).isTrue();
        HostTensor huge = HostTensor.ofDoubles(new double[] {1e300, -1e308}, 2);
        assertThat(Tensor.of(DType.F64, new long[] {2}, huge.data()).isFinite()).isTrue();
        assertThat(Tensor.of(new long[] {Long.MAX_VALUE}, 1).isFinite()).isTrue();
        assertThat(Tensor.of(new float[0], 0).isFinite()).isTrue();
    }

    @Test
    void knowsTypesByTheirNamesInFiles() {
        assertThat(DType.of("BF16", "x")).isEqualTo(DType.BF16);
        assertThatThrownBy(() -> DType.of("C64", "m.safetensors: tensor w"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith("m.safetensors: tensor w: unknown dtype C64")
                .hasMessageContaining("F32");
    }
}
