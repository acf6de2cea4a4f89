package org.amalgam.pool;

import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.merge.TaskMatrices;
import org.amalgam.method.Dare;
import org.amalgam.method.MagnitudePruning;
import org.amalgam.method.Method;
import org.amalgam.method.TiesMerging;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Rows;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class MappedTaskVectorsTest {

    private static final String NAME = "weight";
    private static final int COUNT = 64;

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    private Path write(String name, HostTensor tensor) {
        Path folder = temporary.resolve(name);
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of(NAME, tensor));
        return folder;
    }

    private ModelPool pool(HostTensor ancestor, List<HostTensor> experts) {
        Map<String, Path> folders = new LinkedHashMap<>();
        for (int k = 0; k < experts.size(); k++) {
            folders.put("task" + k, write("task" + k, experts.get(k)));
        }
        return ModelPool.mapped(
                write("ancestor", ancestor),
                folders,
                ModelPool.none("test_datasets"),
                ModelPool.none("train_datasets"));
    }

    private static HostTensor random(DType type, long seed) {
        Random random = new Random(seed);
        double[] values = random.doubles(COUNT, -1, 1).toArray();
        float[] rounded = new float[COUNT];
        byte[] bytes = new byte[COUNT];
        for (int i = 0; i < COUNT; i++) {
            rounded[i] = (float) values[i];
            bytes[i] = (byte) (0x30 + random.nextInt(16) + 0x80 * random.nextInt(2));
        }
        return switch (type) {
            case F64 -> HostTensor.ofDoubles(values, 8, 8);
            case F32 -> HostTensor.ofFloats(rounded, 8, 8);
            case F16, BF16 -> HostTensor.ofRounded(type, rounded, 8, 8);
            default -> new HostTensor(type, List.of(8L, 8L), ByteBuffer.wrap(bytes));
        };
    }

    /** Cut-offs and similarities read whole spans, merges read blocks: they must mean the same numbers. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"})
    void spansAndBlocksHaveTheSameDifferencesInEveryType(DType type) {
        HostTensor ancestor = random(type, 1);
        List<HostTensor> experts = List.of(random(type, 2), random(type, 3));
        TaskMatrices vectors = pool(ancestor, experts).taskMatrices(List.of());
        Span all = new Span(0, COUNT);
        float[] spanned = vectors.matrix(NAME, all).toFloats();
        try (Rows rows = Rows.lent(2)) {
            vectors.rows(NAME).read(all, rows);
            for (int k = 0; k < 2; k++) {
                float[] expected = experts.get(k).toFloats();
                float[] base = ancestor.toFloats();
                for (int i = 0; i < COUNT; i++) {
                    expected[i] -= base[i];
                }
                assertThat(Arrays.copyOfRange(spanned, k * COUNT, (k + 1) * COUNT))
                        .containsExactly(expected);
                assertThat(Arrays.copyOf(rows.row(k), COUNT)).containsExactly(expected);
            }
        }
    }

    @Test
    void modelsOf8BitFloatsArePrunedAsThoseOfTheSameNumbersAre() {
        HostTensor ancestor = random(DType.F8_E4M3, 1);
        HostTensor expert = random(DType.F8_E4M3, 2);
        for (Method method : List.of(
                Settings.bind(TiesMerging.class, Map.of("threshold_per", "tensor")),
                Settings.bind(MagnitudePruning.class, Map.of()),
                Settings.bind(Dare.class, Map.of()))) {
            assertThat(merged(method, ancestor, expert))
                    .as(method.toString())
                    .containsExactly(merged(method, widened(ancestor), widened(expert)));
        }
    }

    private float[] merged(Method method, HostTensor ancestor, HostTensor expert) {
        return method.merge(pool(ancestor, List.of(expert)), Run.quiet(0, temporary))
                .weights()
                .get(NAME)
                .toFloats();
    }

    private static HostTensor widened(HostTensor tensor) {
        return HostTensor.ofFloats(tensor.toFloats(), 8, 8);
    }
}
