package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.SafetensorsWriter.Entry;
import org.amalgam.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SafetensorsWriterTest {

    @TempDir
    Path folder;

    @Test
    void givesBackRandomTensorsOfEveryTypeAligned() {
        Random random = new Random(5);
        for (int round = 0; round < 20; round++) {
            Map<String, HostTensor> tensors = new LinkedHashMap<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                tensors.put("layer." + i + ".größe \"quoted\"", random(random));
            }
            Path file = folder.resolve("round-" + round + ".safetensors");

            SafetensorsWriter.write(file, tensors);

            SafetensorsFile read = Safetensors.open(file);
            assertThat(read.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(read.slots().keySet()).containsExactlyElementsOf(tensors.keySet());
            tensors.forEach((name, tensor) -> assertThat(read.tensor(name)).isEqualTo(tensor));
            assertThat(read.slots().values())
                    .allMatch(slot -> slot.offset() % slot.dtype().bytes() == 0);
        }
    }

    @Test
    void keepsTheOrderGivenWhereTypesAreOfOneWidth() {
        HostTensor one = HostTensor.ofFloats(new float[] {1}, 1);
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        List.of("z", "a", "m").forEach(name -> tensors.put(name, one));
        Path file = folder.resolve("order.safetensors");

        SafetensorsWriter.write(file, tensors);

        assertThat(Safetensors.open(file).inFileOrder())
                .extracting(TensorSlot::name)
                .containsExactly("z", "a", "m");
    }

    @Test
    void copiesSlotsAndMetadata() {
        Path source = folder.resolve("source.safetensors");
        HostTensor tensor = HostTensor.ofFloats(new float[] {1, 2, 3}, 3);
        SafetensorsWriter.write(source, Map.of("a", tensor));
        Path copy = folder.resolve("copy.safetensors");

        SafetensorsWriter.write(
                copy,
                Map.of("made_by", "amalgam", "format", "tf"),
                List.of(Entry.of("b", Safetensors.open(source).slots().get("a"))));

        assertThat(Safetensors.open(copy).tensor("b")).isEqualTo(tensor);
        assertThat(Safetensors.open(copy).metadata()).isEqualTo(Map.of("format", "pt", "made_by", "amalgam"));
    }

    @Test
    void leavesTheOldFileAndNoPartWhenASourceFails() throws IOException {
        Path file = Files.writeString(folder.resolve("model.safetensors"), "old");
        List<Entry> broken = List.of(new Entry("a", DType.F32, List.of(4L), (out, span) -> {
            out.write(ByteBuffer.allocate(8));
            throw new IOException("disk full");
        }));
        List<Entry> tooShort =
                List.of(new Entry("a", DType.F32, List.of(4L), (out, span) -> out.write(ByteBuffer.allocate(8))));

        assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), broken))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(file.toString(), "disk full");
        assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), tooShort))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("4 elements of tensor a have 16 bytes by their type, the source wrote 8");
        assertThat(file).hasContent("old");
        assertThat(folder).isDirectoryNotContaining(path -> path.toString().endsWith(".partial"));
    }

    @Test
    void refusesTwoTensorsOfOneName() {
        Entry entry = Entry.of("a", HostTensor.ofFloats(new float[1], 1));

        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("x"), Map.of(), List.of(entry, entry)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two tensors are named a");
    }

    static HostTensor random(Random random) {
        List<DType> types = List.of(DType.values());
        DType dtype = types.get(random.nextInt(types.size()));
        List<Long> shape = new ArrayList<>();
        long elements = 1;
        for (int axes = random.nextInt(4); axes > 0; axes--) {
            long size = random.nextInt(5);
            shape.add(size);
            elements *= size;
        }
        byte[] bytes = new byte[(int) elements * dtype.bytes()];
        random.nextBytes(bytes);
        return new HostTensor(dtype, shape, ByteBuffer.wrap(bytes));
    }
}
