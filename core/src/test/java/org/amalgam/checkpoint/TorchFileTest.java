package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The files in the test resources were written by PyTorch 2.15. */
class TorchFileTest {

    private static final String STORAGE = "(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0000X\3\0\0\0cpuK\4tQ";
    private static final String REBUILD = "ctorch._utils\n_rebuild_tensor_v2\n(";
    private static final String NO_HOOKS = "\u0089ccollections\nOrderedDict\n)RtR.";
    private static final String TENSOR = REBUILD + STORAGE + integers("0") + "(" + integers("4") + "t(" + integers("1")
            + "t" + NO_HOOKS.replace("R.", "R");

    @TempDir
    Path folder;

    @Test
    void readsATensorAndAParameter() {
        HostTensor tensor = TorchFile.readTensor(resource("tensor.pt"));

        assertThat(tensor.shape()).containsExactly(2L, 3L);
        assertThat(tensor.toFloats()).containsExactly(0.3f, 0.25f, -1.5f, 0.1f, 2, 3);
        assertThat(TorchFile.readTensor(resource("parameter.pt")).toFloats()).containsExactly(1, 2, 4);
    }

    @Test
    void readsAModulesStateDictInItsOrder() {
        Map<String, HostTensor> state = TorchFile.readStateDict(resource("state_dict.pt"));

        assertThat(state.keySet()).containsExactly("weight", "bias");
        assertThat(state.get("weight").shape()).containsExactly(3L, 2L);
        assertThat(state.get("weight").toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(state.get("bias").toFloats()).containsExactly(7, 8, 9);
        assertThat(TorchFile.readStateDict(resource("protocol4.pt")).get("a").toFloats())
                .containsExactly(1, 2);
    }

    @Test
    void rearrangesViewsOfSharedStorages() {
        Map<String, HostTensor> views = TorchFile.readStateDict(resource("views.pt"));

        assertThat(views.get("base").toFloats()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(views.get("transposed").shape()).containsExactly(4L, 3L);
        assertThat(views.get("transposed").toFloats()).containsExactly(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        assertThat(views.get("column").toFloats()).containsExactly(1, 5, 9);
        assertThat(views.get("tail").toFloats()).containsExactly(4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(views.get("expanded").toFloats()).containsExactly(5, 5, 5, 5, 5, 5);
        assertThat(views.get("conv").toFloats())
                .startsWith(0, 1, 2, 3, 4)
                .endsWith(22, 23)
                .hasSize(24);
        assertThat(views.get("scalar").shape()).isEmpty();
        assertThat(views.get("scalar").toFloats()).containsExactly(2.5f);
        assertThat(views.get("empty").shape()).containsExactly(0L, 3L);
    }

    @Test
    void readsEveryTypeOfStorage() {
        TorchFile.readStateDict(resource("dtypes.pt")).forEach((name, tensor) -> {
            double[] expected =
                    switch (name) {
                        case "bool" -> new double[] {0, 1, 1, 1};
                        case "uint8" -> new double[] {0, 1, 254, 100};
                        default -> new double[] {0, 1, -2, 100};
                    };
            assertThat(tensor.toDoubles()).as(name).containsExactly(expected);
        });
        assertThat(TorchFile.readStateDict(resource("dtypes.pt"))).hasSize(10);
    }

    @Test
    void readsNestedValues() {
        Map<?, ?> value = (Map<?, ?>) TorchFile.read(resource("nested.pt"));

        List<?> weights = (List<?>) value.get("weights");
        assertThat(((HostTensor) weights.get(0)).toFloats()).containsExactly(1);
        assertThat(weights.get(1)).isEqualTo(Arrays.asList(2L, null));
        assertThat(value.get("flag")).isEqualTo(true);
        assertThat(value.get("off")).isEqualTo(false);
        assertThat(value.get("name")).isEqualTo("λ");
        assertThat(value.get("big")).isEqualTo(1L << 40);
        assertThat(value.get("neg")).isEqualTo(-70_000L);
        assertThat(value.get("pi")).isEqualTo(3.25);
        assertThat(value.get(7L)).isEqualTo("seven");
        assertThatThrownBy(() -> weights.remove(0)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> TorchFile.readStateDict(resource("nested.pt")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("a list of 2 under weights");
        assertThatThrownBy(() -> TorchFile.readTensor(resource("nested.pt")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("expected a single tensor, found a dictionary of 8");
    }

    @Test
    void refusesWhatIsNoTensorByItsName() {
        assertThatThrownBy(() -> TorchFile.read(resource("evil.pt")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageMatching(".*evil.pt: wants to construct (posix|os).system; only tensors are read");
        assertThatThrownBy(() -> TorchFile.read(resource("legacy.pt")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("bare pickle");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cbuiltins\\neval\\n.                          | wants to construct builtins.eval",
                "ctorch.storage\\nFloatStorage\\n.             | wants to construct torch.storage.FloatStorage",
                "X\\4\\0\\0\\0os.xX\\1\\0\\0\\0y\\223.       | wants to construct os.x.y",
                "cos\\n\\1\\n.                             | wants to construct os.?",
                "ctorch\\nFloatStorage\\n.                     | leaves the name torch.FloatStorage",
                "ctorch\\nFloatStorage\\n)R.                   | which is a type of storages",
                "K\\1)R.                                       | calls the number 1",
                "]q\\0h\\0a.                                   | contains itself",
                "}}K\\1s.                                      | a dictionary of 0 as a key",
                ".                                             | a value that it never made",
                "K\\1u.                                        | a mark that it never set",
                "h\\7.                                         | recalls value 7",
                "X\\377\\377\\377\\177abc              | ends before",
                "K                                             | ends before",
                "i.                                            | opcode 0x69",
                "K\\1K\\2a.                                    | where a list belongs",
                "K\\1K\\2b.                                    | no dictionary",
            })
    void refusesPicklesThatNoTensorNeeds(String pickle, String sentence) throws IOException {
        assertRefused(pickle.translateEscapes(), sentence);
    }

    /** A sampler's choices under pairs, the state of numpy's random generator: 128 bits. */
    @Test
    void whatLiesBesideTheWeightsMayHaveAnyKeysAndAnySize() throws IOException {
        String beside = text("sampler") + "}K\1K\2\u0086" + "\u008a\11\0\0\0\0\0\0\0\0\1" + "sN" + "}}K\1ss" + "s";
        Path file = archive(
                ZipEntry.STORED,
                "archive/data.pkl",
                "}" + text("state_dict") + "}" + text("w") + TENSOR + "ss" + beside + ".");

        assertThat(TorchFile.slots(file)).containsOnlyKeys("w");
        assertThat(TorchFile.open(file).state().beside()).containsExactly("sampler");
        assertThat(TorchFile.read(archive(ZipEntry.STORED, "archive/data.pkl", "\u008a\11\0\0\0\0\0\0\0\0\1.")))
                .isEqualTo(BigInteger.TWO.pow(64));
    }

    @Test
    void aTensorAmongTheWeightsHasATextAsItsName() throws IOException {
        Path file = archive(
                ZipEntry.STORED, "archive/data.pkl", "}" + text("state_dict") + "}K\1K\2\u0086" + TENSOR + "ss.");

        assertThatThrownBy(() -> TorchFile.slots(file))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(file + ": a tensor has a tuple of 2 as its name, expected text");
    }

    private static String text(String text) {
        return "X" + (char) text.length() + "\0\0\0" + text;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 4             | 1        | ends at element 5",
                "0 | 2 3           | 3 1      | ends at element 6",
                "0 | 100000000     | 0        | larger than the file",
                "0 | 2147483647 99 | 0 0      | expected at most 2147483647",
                "0 | 2000000000 9000000000 2000000000 | 0 0 0 | 63 bits",
                "0 | 4 3           | 2000000000000000000 2000000000000000000 | reaches no storage",
                "0 | 4             | -1       | which do not fit",
                "-1 | 4            | 1        | which do not fit",
                "0 | 4             | 1 1      | which do not fit",
                "0 | -4            | 1        | negative size",
            })
    void refusesTensorsThatDoNotFitTheirStorage(String offset, String shape, String strides, String sentence)
            throws IOException {
        assertRefused(
                REBUILD + STORAGE + integers(offset) + "(" + integers(shape) + "t(" + integers(strides) + "t"
                        + NO_HOOKS,
                sentence);
    }

    @Test
    void refusesStoragesThatAreMissingOrTooShort() throws IOException {
        assertRefused(
                REBUILD + STORAGE.replace("\0000X", "\0001X") + ")",
                "names storage 1, which the archive does not hold");
        assertRefused(REBUILD + STORAGE.replace("K\4", "K\5"), "claims 5 elements of F32, it has 16 bytes");
    }

    @Test
    void refusesNestingDeeperThanAnyModel() throws IOException {
        assertRefused("]".repeat(100_000) + "a".repeat(99_999) + ".", "levels deep");
    }

    @Test
    void refusesArchivesThatAreNot() throws IOException {
        Path text = Files.writeString(folder.resolve("text.pt"), "hello");
        Path empty = Files.writeString(folder.resolve("empty.pt"), "");

        assertThatThrownBy(() -> TorchFile.read(text)).hasMessageContaining("expected a zip file");
        assertThatThrownBy(() -> TorchFile.read(empty)).hasMessageContaining("expected a zip file");
        assertThatThrownBy(() -> TorchFile.read(folder.resolve("absent.pt"))).hasMessageContaining("no such file");
        Path compressed = archive(ZipEntry.DEFLATED, "archive/data.pkl", "N.");
        assertThatThrownBy(() -> TorchFile.read(compressed)).hasMessageContaining("is compressed or encrypted");
        Path other = archive(ZipEntry.STORED, "archive/other", "N.");
        assertThatThrownBy(() -> TorchFile.read(other)).hasMessageContaining("expected one entry data.pkl, found 0");
    }

    @Test
    void givesBackWhatItWrote() {
        Random random = new Random(7);
        Map<String, HostTensor> state = new LinkedHashMap<>();
        for (int i = 0; i < 60; i++) {
            HostTensor tensor = SafetensorsWriterTest.random(random);
            if (TorchStorages.TYPES.containsValue(tensor.dtype())) {
                state.put("größe." + i, tensor);
            }
        }
        Path file = folder.resolve("state.pt");

        TorchFile.writeStateDict(file, state);

        assertThat(TorchFile.readStateDict(file)).containsExactlyEntriesOf(state);
        assertThat(StoredZip.entries(file).values()).allMatch(entry -> entry.offset() % 64 == 0);
        TorchFile.writeTensor(file, HostTensor.ofFloats(new float[] {1, 2}, 1, 2));
        assertThat(TorchFile.readTensor(file)).isEqualTo(HostTensor.ofFloats(new float[] {1, 2}, 1, 2));
    }

    @Test
    void refusesToWriteWhatPyTorchHasNoStorageFor() {
        HostTensor tensor = new HostTensor(DType.F8_E4M3, List.of(0L), ByteBuffer.allocate(0));

        assertThatThrownBy(() -> TorchFile.writeTensor(folder.resolve("x.pt"), tensor))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("F8_E4M3");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"views.pt", "nested.pt"})
    void answersEveryMutationWithASentence(String name) throws IOException {
        assertThat(Mutations.refused(resource(name), folder, 1_000, 13, TorchFile::read))
                .isBetween(200, 999);
    }

    private void assertRefused(String pickle, String sentence) throws IOException {
        Path file = archive(ZipEntry.STORED, "archive/data.pkl", pickle);
        assertThatThrownBy(() -> TorchFile.read(file))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(sentence);
    }

    private static String integers(String numbers) {
        StringBuilder pickle = new StringBuilder();
        for (String number : numbers.split(" ", -1)) {
            pickle.append('\u008a').append('\10');
            for (int shift = 0; shift < 64; shift += 8) {
                pickle.append((char) (Long.parseLong(number) >> shift & 0xff));
            }
        }
        return pickle.toString();
    }

    private Path archive(int method, String name, String content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, method, name, content.getBytes(StandardCharsets.ISO_8859_1));
            put(zip, ZipEntry.STORED, "archive/data/0", new byte[16]);
        }
        return Files.write(folder.resolve("made.pt"), bytes.toByteArray());
    }

    private static void put(ZipOutputStream zip, int method, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
            CRC32 crc = new CRC32();
            crc.update(content);
            entry.setCrc(crc.getValue());
            entry.setSize(content.length);
        }
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static Path resource(String name) {
        try {
            return Path.of(TorchFileTest.class.getResource("/torch/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
