package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The files in the test resources were written by NumPy 2.4. */
class NumpyFileTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "f2,F16",
        "f4,F32",
        "f8,F64",
        "i1,I8",
        "i2,I16",
        "i4,I32",
        "i8,I64",
        "u1,U8",
        "version2,F32",
        "version3,F32"
    })
    void readsEveryTypeAndVersion(String name, DType dtype) {
        HostTensor array = NumpyFile.read(resource(name));

        assertThat(array.dtype()).isEqualTo(dtype);
        assertThat(array.shape()).containsExactly(2L, 3L);
        assertThat(array.toDoubles()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void readsBooleansScalarsAndFortranOrder() {
        assertThat(NumpyFile.read(resource("bool")).toLongs()).containsExactly(0, 1, 1, 1, 1, 1);
        assertThat(NumpyFile.read(resource("scalar")).shape()).isEmpty();
        assertThat(NumpyFile.read(resource("scalar")).toFloats()).containsExactly(2.5f);
        HostTensor fortran = NumpyFile.read(resource("fortran"));
        assertThat(fortran.shape()).containsExactly(2L, 3L, 4L);
        double[] counting = new double[24];
        Arrays.setAll(counting, i -> i);
        assertThat(fortran.toDoubles()).containsExactly(counting);
    }

    @ParameterizedTest
    @CsvSource({"big_endian,type >f4", "objects,type |O", "structured,names no descr"})
    void refusesOtherTypesByName(String name, String sentence) {
        assertThatThrownBy(() -> NumpyFile.read(resource(name)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void refusesAFileTruncatedAtAnyByte() throws IOException {
        byte[] whole = Files.readAllBytes(resource("f4"));
        for (int length = 0; length < whole.length; length++) {
            Path cut = Files.write(folder.resolve("cut-" + length + ".npy"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> NumpyFile.read(cut))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("cut-");
        }
    }

    @Test
    void answersEveryMutationWithASentence() throws IOException {
        assertThat(Mutations.refused(resource("fortran"), folder, 2_000, 17, NumpyFile::read))
                .isBetween(400, 1_999);
    }

    @Test
    void givesBackWhatItWrote() {
        Path file = folder.resolve("weights.npy");
        HostTensor weights = HostTensor.ofFloats(new float[] {1, 2, 3}, 3, 1);

        NumpyFile.write(file, weights);
        assertThat(NumpyFile.read(file)).isEqualTo(weights);
        NumpyFile.write(file, HostTensor.ofDoubles(new double[] {0.5}));
        assertThat(NumpyFile.read(file)).isEqualTo(HostTensor.ofFloats(new float[] {0.5f}));
    }

    private static Path resource(String name) {
        try {
            return Path.of(
                    NumpyFileTest.class.getResource("/numpy/" + name + ".npy").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
