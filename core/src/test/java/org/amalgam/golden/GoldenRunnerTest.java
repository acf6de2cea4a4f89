package org.amalgam.golden;

import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The comparer itself: what it must refuse. */
class GoldenRunnerTest {

    private static final String INDEX = """
            {"cases": [
              {"id": "lender", "group": "g", "inputs": {"x": {"file": "t.safetensors", "tensor": "in.x"},
                "model": {"hf_directory": "models/base"}}, "expected": {}},
              {"id": "c", "group": "g", "settings": {"k": 3}, "inputs": {"shared": {"case": "lender"},
                "s": {"file": "t.safetensors", "state_prefix": "in.s:", "keys": ["b", "a"]}},
               "expected": {
                "near": {"file": "t.safetensors", "tensor": "out.near", "atol": 0.5, "rtol": 0.25, "mean_atol": 0.3},
                "steps": {"file": "t.safetensors", "tensor": "out.steps", "atol": 0, "rtol": 0,
                  "mask": {"file": "t.safetensors", "tensor": "out.mask"}},
                "same": {"file": "t.safetensors", "tensor": "out.same", "exact": true},
                "state": {"file": "t.safetensors", "state_prefix": "out.s:", "keys": ["a", "b"], "atol": 0.1, "rtol": 0},
                "digest": {"file": "t.safetensors", "tensor": "out.digest", "kind": "digest", "keys": ["a", "b"],
                  "atol": 1e-9, "rtol": 0}}}]}
            """;

    private static final HostTensor A = HostTensor.ofFloats(new float[] {1, -2, 3}, 3);
    private static final HostTensor B = HostTensor.ofFloats(new float[] {4}, 1, 1);

    @TempDir
    Path folder;

    @BeforeEach
    void writeIndex() throws IOException {
        Files.writeString(folder.resolve("index.json"), INDEX);
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        tensors.put("in.x", HostTensor.ofLongs(new long[] {7}, 1));
        tensors.put("in.s:a", A);
        tensors.put("in.s:b", B);
        tensors.put("out.near", HostTensor.ofFloats(new float[] {2, -2}, 2));
        tensors.put("out.steps", HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2));
        tensors.put("out.mask", HostTensor.ofLongs(new long[] {1, 0}, 2));
        tensors.put("out.same", HostTensor.ofLongs(new long[] {5}, 1));
        tensors.put("out.s:a", A);
        tensors.put("out.s:b", B);
        tensors.put("out.digest", Digest.table(Map.of("a", A, "b", B), List.of("a", "b")));
        SafetensorsWriter.write(folder.resolve("t.safetensors"), tensors);
    }

    @Test
    void passesWhatAgreesAndResolvesInputs() throws Exception {
        GoldenTest.run(golden(), List.of(check(GoldenRunnerTest::expectAll)));

        assertThat(golden().inputs()).containsExactly("x", "model", "s");
        assertThat(golden().tensor("x").toLongs()).containsExactly(7);
        assertThat(golden().state("s").keySet()).containsExactly("b", "a");
        assertThat(golden().folder("model")).isEqualTo(folder.resolve("models/base"));
        assertThat(golden().settings().path("k").asInt()).isEqualTo(3);
        assertThat(GoldenIndex.of(folder).groups().get("g"))
                .extracting(GoldenCase::id)
                .containsExactly("c");
    }

    @Test
    void refusesAPerturbedTensor() {
        rejects(c -> c.expect("near", HostTensor.ofFloats(new float[] {2, -3.01f}, 2)), "worst at [1]");
        rejects(c -> c.expect("near", HostTensor.ofFloats(new float[] {2, Float.NaN}, 2)), "worst at [1]");
        rejects(c -> c.expect("near", HostTensor.ofFloats(new float[] {2.9f, -2.1f}, 2)), "mean difference");
        rejects(
                c -> c.expect("near", HostTensor.ofFloats(new float[] {2, -2}, 2, 1)),
                "expected shape [2], got [2, 1]");
        rejects(c -> c.expect("same", HostTensor.ofFloats(new float[] {5.0001f}, 1)), "allowed 0");
        rejects(c -> c.expect("absent", A), "expects no absent");
    }

    @Test
    void ignoresWhatTheMaskHidesAtEveryStep() {
        golden().expect("steps", HostTensor.ofFloats(new float[] {1, -9, 3, Float.NaN}, 2, 2));
        rejects(c -> c.expect("steps", HostTensor.ofFloats(new float[] {1, 2, 3.1f, 4}, 2, 2)), "worst at [1, 0]");
    }

    @Test
    void comparesStatesKeyByKeyAndByDigest() {
        HostTensor swapped = HostTensor.ofFloats(new float[] {-2, 1, 3}, 3);
        rejects(c -> c.expectState("state", Map.of("a", swapped, "b", B)), "state a");
        rejects(c -> c.expectState("state", Map.of("a", A)), "keys of");
        rejects(c -> c.expectState("state", Map.of("a", A, "b", B, "c", B)), "keys of");
        rejects(c -> c.expectState("digest", Map.of("a", swapped, "b", B)), "worst at [0, 3]");
        rejects(c -> c.expect("digest", A), "expectState");
    }

    @Test
    void digestIsTheFourSumsOfTheConvention() {
        assertThat(Digest.of(A)).containsExactly(2, 6, 14, Math.cos(0.11) - 2 * Math.cos(0.48) + 3 * Math.cos(0.85));
    }

    @Test
    void detectsAnExpectationThatWasNeverCompared() {
        Check forgetful = check(c -> c.expect("same", HostTensor.ofLongs(new long[] {5}, 1)));

        assertThatThrownBy(() -> GoldenTest.run(golden(), List.of(forgetful)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("expected near, steps, state, digest was never compared");
    }

    @Test
    void aFailedComparisonDoesNotCountAsCompared() {
        GoldenCase golden = golden();

        assertThatThrownBy(() -> golden.expect("same", A)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(golden::requireAllCompared).hasMessageContaining("same");
    }

    @Test
    void skipsAGroupWithoutChecksAndFailsACaseThatNoneHandles() {
        Check other = new Check() {
            @Override
            public boolean handles(GoldenCase golden) {
                return false;
            }

            @Override
            public void run(GoldenCase golden) {
                throw new AssertionError("not handled, yet run");
            }
        };

        assertThatThrownBy(() -> GoldenTest.run(golden(), List.of())).isInstanceOf(TestAbortedException.class);
        assertThatThrownBy(() -> GoldenTest.run(golden(), List.of(other)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("none of them handles");
    }

    @Test
    void everyTensorOfTheGoldenFolderCanBeRead() {
        assertThatCode(() -> GoldenIndex.load().groups().values().stream()
                        .flatMap(List::stream)
                        .forEach(GoldenRunnerTest::readInputs))
                .doesNotThrowAnyException();
    }

    private static void readInputs(GoldenCase golden) {
        for (String name : golden.inputs()) {
            if (golden.isState(name)) {
                assertThat(golden.state(name)).as(name).isNotEmpty();
            } else if (golden.isTensor(name)) {
                assertThat(golden.tensor(name).toDoubles()).as(name).isNotEmpty();
            } else {
                assertThat(golden.folder(name)).as(name).isDirectory();
            }
        }
    }

    private GoldenCase golden() {
        return GoldenIndex.of(folder).golden("c");
    }

    private void rejects(Consumer<GoldenCase> comparison, String message) {
        GoldenCase golden = golden();
        assertThatThrownBy(() -> comparison.accept(golden))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(message);
    }

    private static void expectAll(GoldenCase c) {
        c.expect("near", HostTensor.ofFloats(new float[] {2.4f, -2}, 2));
        c.expect("steps", HostTensor.ofFloats(new float[] {1, 0, 3, 0}, 2, 2));
        c.expect("same", HostTensor.ofLongs(new long[] {5}, 1));
        c.expectState("state", Map.of("b", B, "a", HostTensor.ofFloats(new float[] {1.05f, -2, 3}, 3)));
        c.expectState("digest", Map.of("a", A, "b", B));
    }

    private static Check check(Consumer<GoldenCase> body) {
        return new Check() {
            @Override
            public boolean handles(GoldenCase golden) {
                return true;
            }

            @Override
            public void run(GoldenCase golden) {
                body.accept(golden);
            }
        };
    }
}
