package org.amalgam.tensor;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MappedFileTest {

    @TempDir
    Path folder;

    private final Scope scope = Scope.open();
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("some.bin");
        byte[] bytes = new byte[64];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putFloat(8, 1.5f).putFloat(12, -2.5f);
        buffer.putFloat(21, 3.5f).putFloat(25, -4.5f);
        buffer.putDouble(35, Math.PI);
        buffer.putShort(61, (short) 0x3c00);
        Files.write(file, bytes);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void readsAtAlignedAndUnalignedOffsets() {
        MappedFile mapped = MappedFile.open(file);
        assertThat(mapped.tensor(DType.F32, new long[] {2, 1}, 8).toFloats()).containsExactly(1.5f, -2.5f);
        assertThat(mapped.tensor(DType.F32, new long[] {2, 1}, 8).shape()).containsExactly(2, 1);
        assertThat(mapped.tensor(DType.F32, new long[] {2}, 21).toFloats()).containsExactly(3.5f, -4.5f);
        assertThat(mapped.tensor(DType.F64, new long[] {}, 35).item()).isEqualTo(Math.PI);
        assertThat(mapped.tensor(DType.F16, new long[] {1}, 61).item()).isEqualTo(1);
        assertThat(mapped.tensor(DType.F32, new long[] {0, 3}, 64).shape()).containsExactly(0, 3);
    }

    @Test
    void refusesWhatLiesBeyondTheEnd() {
        MappedFile mapped = MappedFile.open(file);
        assertThat(mapped.tensor(DType.F32, new long[] {2}, 56).elements()).isEqualTo(2);
        assertThatThrownBy(() -> mapped.tensor(DType.F32, new long[] {2}, 57))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("8 bytes from byte 57")
                .hasMessageContaining("64");
        assertThatThrownBy(() -> mapped.tensor(DType.U8, new long[] {1}, -1)).isInstanceOf(AmalgamException.class);
        assertThatThrownBy(() -> mapped.tensor(DType.U8, new long[] {64}, Long.MAX_VALUE - 2))
                .isInstanceOf(AmalgamException.class);
    }

    @Test
    void changesNothingOnDisk() throws IOException {
        byte[] before = Files.readAllBytes(file);
        MappedFile.open(file).tensor(DType.F32, new long[] {2}, 8).mulInPlace(2);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void outlivesTheFileThatItWasOpenedFrom() throws IOException {
        Tensor tensor = MappedFile.open(file).tensor(DType.F32, new long[] {2}, 8);
        Files.delete(file);
        assertThat(tensor.toFloats()).containsExactly(1.5f, -2.5f);
    }

    @Test
    void namesAFileThatIsNotThere() {
        assertThatThrownBy(() -> MappedFile.open(folder.resolve("absent")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("absent");
    }
}
