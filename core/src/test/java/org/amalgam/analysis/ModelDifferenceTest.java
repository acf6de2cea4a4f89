package org.amalgam.analysis;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Against numbers worked out by hand. */
class ModelDifferenceTest {

    private static final Offset<Double> CLOSE = Offset.offset(1e-12);

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private final Run run = Run.quiet(0, Path.of("."));

    @AfterEach
    void close() {
        run.workers().close();
        scope.close();
    }

    private Path model(String name, Map<String, HostTensor> tensors) {
        Path file = temporary.resolve(name + ".safetensors");
        SafetensorsWriter.write(file, tensors);
        return file;
    }

    private static HostTensor vector(float... values) {
        return HostTensor.ofFloats(values, values.length);
    }

    @Test
    void normsCosineAndSigns() {
        Path a = model("a", Map.of("w", vector(3, 4, 0, 0), "v", vector(1, 0)));
        Path b = model("b", Map.of("w", vector(3, 0, -4, 0), "v", vector(1, 0)));
        ModelDifference found = ModelDifference.of(a, b, run);
        TensorDifference w = found.tensors().get("w");
        assertThat(w.elements()).isEqualTo(4);
        assertThat(w.norm()).isEqualTo(5);
        assertThat(w.absolute()).isCloseTo(Math.sqrt(32), CLOSE);
        assertThat(w.relative()).isCloseTo(Math.sqrt(32) / 5, CLOSE);
        assertThat(w.cosine()).isCloseTo(9.0 / 25, CLOSE);
        // Of the three places that are not 0 in both, the first alone has one sign.
        assertThat(w.agreement()).isCloseTo(1.0 / 3, CLOSE);
        TensorDifference v = found.tensors().get("v");
        assertThat(v.relative()).isZero();
        assertThat(v.cosine()).isEqualTo(1);
        assertThat(v.agreement()).isEqualTo(1);
        TensorDifference whole = found.whole();
        assertThat(whole.elements()).isEqualTo(6);
        assertThat(whole.norm()).isCloseTo(Math.sqrt(26), CLOSE);
        assertThat(whole.cosine()).isCloseTo(10.0 / 26, CLOSE);
        assertThat(whole.agreement()).isCloseTo(0.5, CLOSE);
    }

    @Test
    void whatCannotBeToldIsNotANumber() {
        Path a = model("a", Map.of("w", vector(0, 0), "v", vector(0, 0)));
        Path b = model("b", Map.of("w", vector(0, 0), "v", vector(1, 0)));
        ModelDifference found = ModelDifference.of(a, b, run);
        assertThat(found.tensors().get("w").relative()).isZero();
        assertThat(found.tensors().get("w").cosine()).isNaN();
        assertThat(found.tensors().get("w").agreement()).isNaN();
        assertThat(found.tensors().get("v").relative()).isInfinite();
    }

    @Test
    void aTensorOfManySpansInTwoTypes() {
        int count = 200_000;
        float[] ones = new float[count];
        float[] halves = new float[count];
        for (int i = 0; i < count; i++) {
            ones[i] = i % 2 == 0 ? 1 : -1;
            halves[i] = i < count / 4 ? -ones[i] / 2 : ones[i] / 2;
        }
        Path a = model("a", Map.of("w", HostTensor.ofRounded(DType.BF16, ones, 400, 500)));
        Path b = model("b", Map.of("w", HostTensor.ofFloats(halves, 400, 500)));
        TensorDifference w = ModelDifference.of(a, b, run).tensors().get("w");
        assertThat(w.norm()).isCloseTo(Math.sqrt(count), CLOSE);
        assertThat(w.absolute()).isCloseTo(Math.sqrt(count * (0.25 * 2.25 + 0.75 * 0.25)), Offset.offset(1e-9));
        assertThat(w.cosine()).isCloseTo(0.5, CLOSE);
        assertThat(w.agreement()).isEqualTo(0.75);
    }

    @Test
    void namesThatOneHasAndShapesThatDiffer() {
        Map<String, HostTensor> one = new LinkedHashMap<>();
        one.put("same", vector(1, 2));
        one.put("mine", vector(1));
        one.put("shape", vector(1, 2, 3));
        one.put("whole", HostTensor.ofLongs(new long[] {1}, 1));
        Map<String, HostTensor> other = new LinkedHashMap<>(one);
        other.remove("mine");
        other.put("yours", vector(1));
        other.put("shape", vector(1, 2));
        ModelDifference found = ModelDifference.of(model("a", one), model("b", other), run);
        assertThat(found.tensors()).containsOnlyKeys("same");
        assertThat(found.onlyFrom()).containsExactly("mine");
        assertThat(found.onlyTo()).containsExactly("yours");
        assertThat(found.unlike()).containsExactlyInAnyOrder("shape", "whole");
        assertThatThrownBy(() ->
                        ModelDifference.of(model("c", Map.of("x", vector(1))), model("d", Map.of("y", vector(1))), run))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll("d.safetensors", "no tensor of a name and shape", "c.safetensors");
        assertThatThrownBy(() -> ModelDifference.of(
                        model("e", Map.of("x", vector(1))), model("f", Map.of("x", vector(Float.NaN))), run))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("NaN or infinity");
    }

    @Test
    void cosinesOfTaskVectors() {
        Path clip = TinyModels.clip(temporary.resolve("clip"), 1);
        String bias = "vision_model.post_layernorm.bias";
        Map<String, Path> experts = new LinkedHashMap<>();
        // Task vectors (3, 4), (4, 3) and (0, 0, 2) in one tensor; nothing else moves.
        float[][] moves = {{3, 4, 0}, {4, 3, 0}, {0, 0, 2}};
        for (int k = 0; k < moves.length; k++) {
            Path folder = TinyModels.clip(temporary.resolve("model" + k), 1);
            float[] move = moves[k];
            TinyModels.change(folder, tensors -> {
                float[] values = new float[TinyModels.WIDTH];
                System.arraycopy(move, 0, values, 0, move.length);
                tensors.put(bias, HostTensor.ofFloats(values, values.length));
                return tensors;
            });
            experts.put("t" + k, folder);
        }
        TinyModels.change(clip, tensors -> {
            tensors.put(bias, HostTensor.ofFloats(new float[TinyModels.WIDTH], TinyModels.WIDTH));
            return tensors;
        });
        ModelPool pool = ModelPool.open(clip, experts);
        Map<String, GramMatrix> byTensor = GramMatrix.byTensor(pool.taskMatrices(List.of()), run);
        GramMatrix all = byTensor.values().stream().reduce(GramMatrix::plus).orElseThrow();
        assertThat(all.norm(0)).isEqualTo(5);
        assertThat(all.norm(2)).isEqualTo(2);
        assertThat(all.cosine(0, 1)).isCloseTo(24.0 / 25, CLOSE);
        assertThat(all.cosine(0, 2)).isZero();
        assertThat(byTensor.get("vision_model.pre_layrnorm.bias").norm(0)).isZero();
        assertThat(byTensor.get("vision_model.pre_layrnorm.bias").cosine(0, 1)).isNaN();

        Findings findings = new TaskVectorSimilarity(List.of()).findings(pool, List.of(), run);
        assertThat(findings.sentence())
                .isEqualTo(
                        "The task vectors of t0 and t1 have the cosine 0.9600, the highest of all pairs; those of t0 and"
                                + " t2 the lowest, 0.000.");
        assertThat(findings.details()).hasSize(4).first().asString().contains("length", "t0", "t1", "t2");
        assertThat(findings.figures()).hasSize(2);
        Findings without = new TaskVectorSimilarity(List.of(bias)).findings(pool, List.of(), run);
        assertThat(without.details().get(1)).contains("–");
        assertThat(without.sentence()).startsWith("No two of the models differ from their ancestor");
        assertThatThrownBy(() -> new TaskVectorSimilarity(List.of(bias + "s")).plan(pool, List.of(), false))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(
                        "analysis.remove_keys: the models have no tensor " + bias + "s. Did you mean " + bias + "?");

        experts.put("t0", clip);
        ModelPool unchanged = ModelPool.open(clip, experts);
        assertThat(new TaskVectorSimilarity(List.of())
                        .findings(unchanged, List.of(), run)
                        .sentence())
                .as("a model that is its ancestor has no direction")
                .isEqualTo("The task vectors of t1 and t2 have the cosine 0.000.");
    }
}
