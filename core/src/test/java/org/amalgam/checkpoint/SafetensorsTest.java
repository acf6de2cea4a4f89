package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SafetensorsTest {

    private static final String TWO_TENSORS = "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]},"
            + "\"a\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[0,4]}}   ";

    @TempDir
    Path folder;

    @Test
    void readsSlotsInBothOrders() throws IOException {
        SafetensorsFile file = Safetensors.open(file(TWO_TENSORS, data()));

        assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
        assertThat(file.slots().keySet()).containsExactly("b", "a");
        assertThat(file.inFileOrder()).extracting(TensorSlot::name).containsExactly("a", "b");
        assertThat(file.slots().get("a").shape()).containsExactly(1L, 2L);
        assertThat(file.slots().get("a").dtype()).isEqualTo(DType.BF16);
        assertThat(file.tensor("b").toFloats()).containsExactly(1.5f, -2f);
        assertThat(file.tensor("a").toFloats()).containsExactly(1f, 2f);
        assertThatThrownBy(() -> file.tensor("c"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("no tensor c");
    }

    @Test
    void slicesATensorWithoutLoadingIt() throws IOException {
        TensorSlot slot = Safetensors.open(file(TWO_TENSORS, data())).slots().get("b");

        assertThat(slot.read(4, 4).getFloat()).isEqualTo(-2f);
        assertThat(slot.map().isDirect()).isTrue();
        assertThat(slot.map().isReadOnly()).isTrue();
        assertThatThrownBy(() -> slot.read(5, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slot.read(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void acceptsScalarsEmptyTensorsAndAnEmptyFile() throws IOException {
        String header = "{\"none\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[4,4]},"
                + "\"scalar\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[0,4]}}";
        SafetensorsFile file = Safetensors.open(file(header, new byte[] {7, 0, 0, 0}));

        assertThat(file.tensor("scalar").toLongs()).containsExactly(7);
        assertThat(file.tensor("none").toFloats()).isEmpty();
        assertThat(Safetensors.open(file("{}", new byte[0])).slots()).isEmpty();
    }

    @Test
    void refusesAFileTruncatedAtAnyByte() throws IOException {
        byte[] whole = Files.readAllBytes(file(TWO_TENSORS, data()));
        Path cut = folder.resolve("cut.safetensors");
        for (int length = 0; length < whole.length; length++) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Safetensors.open(cut))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining(cut.toString());
        }
    }

    @Test
    void namesBytesExpectedAndFoundWhenDataAreCut() throws IOException {
        byte[] whole = Files.readAllBytes(file(TWO_TENSORS, data()));
        Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, whole.length - 3));

        assertThatThrownBy(() -> Safetensors.open(cut))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll("tensor b", "byte " + whole.length, "has " + (whole.length - 3), "truncated");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[1,2]                                                                | start with '{'",
                "` {}`                                                                | start with '{'",
                "{                                                                    | not JSON",
                "{]                                                                   | not JSON",
                "{}{}                                                                 | after its closing brace",
                "{'a':3}                                                              | tensor a: expected an object, found an integer",
                "{'a':{'shape':[1],'data_offsets':[0,4]}}                             | lacks dtype",
                "{'a':{'dtype':'F32','data_offsets':[0,4]}}                           | lacks shape",
                "{'a':{'dtype':'F32','shape':[1]}}                                    | lacks data_offsets",
                "{'a':{'dtype':'F33','shape':[1],'data_offsets':[0,4]}}               | tensor a: unknown dtype F33",
                "{'a':{'dtype':1,'shape':[1],'data_offsets':[0,4]}}                   | dtype of tensor a: expected a string",
                "{'a':{'dtype':'F32','shape':1,'data_offsets':[0,4]}}                 | shape of tensor a: expected a list",
                "{'a':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}}             | expected an integer, found a fraction",
                "{'a':{'dtype':'F32','shape':['1'],'data_offsets':[0,4]}}             | expected an integer, found a string",
                "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}              | negative size",
                "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,4]}} | 63 bits",
                "{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,4]}} | 63 bits",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}               | expected 8 bytes, data_offsets [0, 4] give 4",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,8]}}             | 0 <= begin <= end",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}}               | 0 <= begin <= end",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[-4,0]}}              | 0 <= begin <= end",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[8,12]}}              | a hole of 8 bytes before tensor a",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[9223372036854775806,9223372036854775807]}} | no file reaches",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}               | truncated",
                "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]}}                | 2 bytes follow the last tensor",
                "{'a':{'dtype':'U8','shape':[3],'data_offsets':[0,3]},'b':{'dtype':'U8','shape':[2],'data_offsets':[2,4]}} | tensors a and b overlap",
                "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]}} | lists a twice",
                "{'a':{'dtype':'U8','dtype':'U8','shape':[4],'data_offsets':[0,4]}}   | lists dtype twice",
                "{'__metadata__':{},'__metadata__':{}}                                | lists __metadata__ twice",
                "{'__metadata__':{'a':'1','a':'2'}}                                   | lists a twice",
                "{'__metadata__':{'a':1}}                                             | __metadata__ entry a: expected a string",
            })
    void refusesAHeaderThatLies(String header, String sentence) throws IOException {
        Path file = file(header.replace('\'', '"'), new byte[4]);

        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(sentence);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001, 3})
    void refusesAHeaderLongerThanTheFile(long length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(10)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put((byte) '{')
                .put((byte) '}');
        Path file = Files.write(folder.resolve("long.safetensors"), bytes.array());

        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("header of " + Long.toUnsignedString(length) + " bytes");
    }

    @Test
    void refusesBytesThatAreNotUtf8() throws IOException {
        byte[] header = "{\"?\":{}}".getBytes(StandardCharsets.UTF_8);
        header[2] = (byte) 0xff;

        assertThatThrownBy(() -> Safetensors.open(file(header, new byte[0])))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void namesAFileThatDoesNotExist() {
        assertThatThrownBy(() -> Safetensors.open(folder.resolve("absent.safetensors")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("absent.safetensors: no such file");
    }

    @Test
    void answersEveryMutationWithASentence() throws IOException {
        Path sound = file(TWO_TENSORS, data());

        int refused = Mutations.refused(sound, folder, 2_000, 11, mutant -> Safetensors.open(mutant)
                .inFileOrder()
                .forEach(slot -> slot.tensor().toDoubles()));

        assertThat(refused).isBetween(500, 1_999);
    }

    private Path file(String header, byte[] data) throws IOException {
        return file(header.getBytes(StandardCharsets.UTF_8), data);
    }

    private Path file(byte[] header, byte[] data) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(data);
        return Files.write(folder.resolve("model.safetensors"), bytes.array());
    }

    private static byte[] data() {
        return ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 0x3f80)
                .putShort((short) 0x4000)
                .putFloat(1.5f)
                .putFloat(-2f)
                .array();
    }
}
