package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.fixtures.TinyLlama;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.pool.Conflict.Kind;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.amalgam.fixtures.TinyLlama.BUFFER;
import static org.amalgam.fixtures.TinyLlama.EMBEDDING;
import static org.amalgam.fixtures.TinyLlama.HEAD;
import static org.amalgam.fixtures.TinyLlama.NORM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

/** Every kind of conflict between models, one at a time and all at once. */
class CompatibilityTest {

    @TempDir
    Path temporary;

    private final Map<String, Path> experts = new LinkedHashMap<>();
    private Path base;

    @BeforeEach
    void makeModels() {
        base = TinyLlama.write(temporary.resolve("base"), TinyLlama.tensors(1), TinyLlama.config(false));
        experts.put("a", TinyLlama.write(temporary.resolve("a"), TinyLlama.tensors(2), TinyLlama.config(false)));
        experts.put("b", TinyLlama.write(temporary.resolve("b"), TinyLlama.tensors(3), TinyLlama.config(false)));
    }

    private Compatibility check() {
        return Compatibility.of(base, experts);
    }

    private Conflict only() {
        List<Conflict> conflicts = check().conflicts();
        assertThat(conflicts).hasSize(1);
        assertThatThrownBy(() -> check().pool(ModelPool.none("a"), ModelPool.none("b")))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(conflicts.get(0).sentence());
        return conflicts.get(0);
    }

    private void put(String model, String name, HostTensor tensor) {
        TinyModels.change(experts.get(model), tensors -> {
            tensors.put(name, tensor);
            return tensors;
        });
    }

    private void remove(String model, String name) {
        TinyModels.change(experts.get(model), tensors -> {
            tensors.remove(name);
            return tensors;
        });
    }

    private static HostTensor matrix(int rows, int columns) {
        return HostTensor.ofFloats(new float[rows * columns], rows, columns);
    }

    @Test
    void modelsThatFitHaveNoConflictAndTellWhatTheyAre() {
        Compatibility check = check();
        assertThat(check.conflicts()).isEmpty();
        assertThat(check.models()).extracting(PoolEntry::name).containsExactly("_pretrained_", "a", "b");
        PoolEntry a = check.experts().get(0);
        assertThat(a.elements()).isEqualTo(2 * 13 * 8 + 3 * 64 + 8);
        assertThat(a.types()).containsOnly(Map.entry(DType.BF16, 400L), Map.entry(DType.F32, 8L));
        assertThat(a.vocabulary()).hasValue(13);
        assertThat(a.tied()).isEmpty();
        try (Scope scope = Scope.open()) {
            assertThat(check.pool(ModelPool.none("a"), ModelPool.none("b")).tasks())
                    .containsExactly("a", "b");
        }
    }

    @Test
    void namesThatAreMissingAndNamesThatAreNew() {
        remove("a", NORM);
        put("b", "model.layers.1.mlp.down_proj.weight", matrix(8, 8));
        assertThat(check().conflicts())
                .extracting(Conflict::model, Conflict::kind, Conflict::tensors)
                .containsExactly(
                        tuple("a", Kind.NAMES, List.of(NORM)),
                        tuple("b", Kind.NAMES, List.of("model.layers.1.mlp.down_proj.weight")));
        assertThat(check().conflicts().get(0).sentence())
                .contains(experts.get("a").toString(), "no tensor " + NORM, "model_type is llama", "same names");
        assertThat(check().conflicts().get(1).cause()).contains("is not in the ancestor's architecture");
    }

    @Test
    void aShape() {
        put("b", "model.layers.0.mlp.down_proj.weight", matrix(8, 9));
        put("b", "model.layers.0.self_attn.q_proj.weight", matrix(7, 8));
        Conflict conflict = only();
        assertThat(conflict.kind()).isEqualTo(Kind.SHAPES);
        assertThat(conflict.tensors()).hasSize(2);
        assertThat(conflict.cause()).contains("[7, 8]", "[8, 8]", "and 1 more likewise");
    }

    @Test
    void rowsOfTheVocabularyAreToldFromOtherShapes() throws IOException {
        put("a", EMBEDDING, matrix(15, 8));
        put("a", HEAD, matrix(15, 8));
        Files.writeString(
                experts.get("a").resolve("config.json"), TinyLlama.config(false).replace("13", "15"));
        Conflict conflict = only();
        assertThat(conflict.kind()).isEqualTo(Kind.VOCABULARY);
        assertThat(conflict.tensors()).containsExactlyInAnyOrder(EMBEDDING, HEAD);
        assertThat(conflict.sentence()).contains("15 tokens", "the ancestor's has 13", "one vocabulary");
        assertThat(check().experts().get(0).vocabulary()).hasValue(15);
    }

    @Test
    void theConfiguredVocabulary() throws IOException {
        Files.writeString(
                experts.get("a").resolve("config.json"), TinyLlama.config(false).replace("13", "14"));
        assertThat(only().kind()).isEqualTo(Kind.VOCABULARY);
    }

    @Test
    void aTypeThatIsNoFloatingOne() {
        put("a", NORM, HostTensor.ofLongs(new long[8], 8));
        Conflict conflict = only();
        assertThat(conflict.kind()).isEqualTo(Kind.TYPES);
        assertThat(conflict.sentence()).contains(NORM, "I64", "floating-point", "save the model again");
    }

    @Test
    void anotherFloatingTypeIsNone() {
        float[] norm = TinyLlama.tensors(2).get(NORM).toFloats();
        put("a", NORM, HostTensor.ofRounded(DType.F16, norm, 8));
        assertThat(check().conflicts()).isEmpty();
        assertThat(check().experts().get(0).types()).containsKeys(DType.F16, DType.BF16);
    }

    @Test
    void wholeNumbersThatDiffer() {
        put("a", BUFFER, HostTensor.ofLongs(new long[] {0, 1, 2, 4}, 4));
        Conflict conflict = only();
        assertThat(conflict.kind()).isEqualTo(Kind.TYPES);
        assertThat(conflict.sentence()).contains(BUFFER, "whole numbers cannot be merged");
    }

    @Test
    void tiedWeightsThatAreTwo() {
        base = TinyLlama.write(temporary.resolve("tied"), TinyLlama.tied(1), TinyLlama.config(true));
        assertThat(check().conflicts()).extracting(Conflict::kind).containsExactly(Kind.TIED, Kind.TIED);
        assertThat(check().conflicts().get(0).tensors()).containsExactly(HEAD, EMBEDDING);
        experts.replaceAll((name, folder) -> TinyLlama.write(folder, TinyLlama.tied(2), TinyLlama.config(true)));
        assertThat(check().conflicts()).isEmpty();
    }

    @Test
    void aFileThatCannotBeReadHidesNoOtherConflict() throws IOException {
        Files.writeString(experts.get("a").resolve("model.safetensors"), "nothing");
        remove("b", NORM);
        put("b", HEAD, matrix(13, 9));
        put("b", BUFFER, HostTensor.ofLongs(new long[4], 4));
        assertThat(check().conflicts())
                .extracting(Conflict::kind)
                .containsExactly(Kind.FILE, Kind.NAMES, Kind.SHAPES, Kind.TYPES);
        assertThatThrownBy(() -> check().pool(ModelPool.none("a"), ModelPool.none("b")))
                .hasMessageContainingAll(experts.get("a").toString(), "the first of 4 conflicts", "amalgam check");
        try (Scope scope = Scope.open()) {
            assertThat(check().outline().orElseThrow().tasks()).containsExactly("a", "b");
        }
    }

    @Test
    void anAncestorThatIsNotThere() {
        base = temporary.resolve("none");
        assertThat(only().kind()).isEqualTo(Kind.FILE);
        assertThat(check().outline()).isEmpty();
    }

    @Test
    void aPoolOfNobody() {
        experts.clear();
        assertThat(only().kind()).isEqualTo(Kind.POOL);
    }

    @Test
    void aModelOfAnotherKindThanClip() {
        Path clip = TinyModels.clip(temporary.resolve("clip"), 1);
        Compatibility check = Compatibility.of(clip, Map.of("a", experts.get("a")));
        assertThat(check.conflicts()).extracting(Conflict::kind).containsExactly(Kind.NAMES);
        assertThat(check.conflicts().get(0).sentence()).contains("no tensor begins with vision_model.embeddings.");
    }

    @Test
    void theAncestorItselfMustBeWhatItsConfigurationSays() {
        Path clip = TinyModels.clip(temporary.resolve("clip"), 1);
        Path expert = TinyModels.expert(temporary.resolve("expert"), clip, 2);
        TinyModels.change(clip, tensors -> {
            tensors.remove("vision_model.post_layernorm.bias");
            return tensors;
        });
        Compatibility check = Compatibility.of(clip, Map.of("a", expert));
        assertThat(check.conflicts())
                .extracting(Conflict::model, Conflict::kind)
                .containsExactly(tuple("_pretrained_", Kind.NAMES));
        assertThat(check.outline()).isEmpty();
    }
}
