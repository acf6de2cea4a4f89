package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.amalgam.fixtures.TinyLlama;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code amalgam check}: says beforehand what a run would say, and what it would take; writes nothing. */
class CheckTest {

    private static final String BIAS = "vision_model.post_layernorm.bias";

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
    }

    /** The page, after a look that nothing was written. */
    private Ending check(String... overrides) throws IOException {
        Set<String> before = area.files();
        List<String> words = new ArrayList<>(List.of("check"));
        words.addAll(List.of(overrides));
        Ending ending = area.amalgam(words.toArray(String[]::new));
        assertThat(area.files()).isEqualTo(before);
        return ending;
    }

    private JsonNode json(int code, String... overrides) throws IOException {
        List<String> words = new ArrayList<>(List.of("--json"));
        words.addAll(List.of(overrides));
        Ending ending = check(words.toArray(String[]::new));
        assertThat(ending.err()).isEmpty();
        assertThat(ending.code()).isEqualTo(code);
        JsonNode json = new ObjectMapper().readTree(ending.out());
        assertThat(json.path("can_run").asBoolean(code != 0)).isEqualTo(code == 0);
        return json;
    }

    private static List<String> kinds(JsonNode json) {
        return json.path("conflicts").findValuesAsText("kind");
    }

    private static String flat(String page) {
        return page.replaceAll("\\s+", " ");
    }

    @Test
    void modelsThatCanBeMerged() throws IOException {
        Path merged = area.path("out/merged");
        Ending ending =
                check("method=task_arithmetic", "modelpool=mine", "taskpool=mine", "merged_model_save_path=" + merged);
        assertThat(ending.err()).isEmpty();
        assertThat(ending.code()).isZero();
        assertThat(ending.out()).contains("_pretrained_", "birds", "digits", "F32", "task_arithmetic can merge these");
        assertThat(flat(ending.out())).contains("into " + merged + ", where", "memory about", "reads ");
        // The same as the run then writes: the tensors of the file, header aside.
        JsonNode json = json(
                0, "method=task_arithmetic", "modelpool=mine", "taskpool=dummy", "merged_model_save_path=" + merged);
        assertThat(area.amalgam(
                                "method=task_arithmetic",
                                "modelpool=mine",
                                "taskpool=dummy",
                                "merged_model_save_path=" + merged)
                        .code())
                .isZero();
        assertThat(json.at("/plan/written_bytes").asLong())
                .isEqualTo(Checkpoint.open(merged).bytes());
        assertThat(json.at("/plan/read_bytes").asLong())
                .isEqualTo(Checkpoint.open(area.model("clip")).bytes()
                        + Checkpoint.open(area.model("birds")).bytes()
                        + Checkpoint.open(area.model("digits")).bytes());
        assertThat(json.at("/plan/own_memory_bytes").asLong())
                .isLessThan(json.at("/plan/peak_memory_bytes").asLong());
    }

    @Test
    void aModelThatWasComputedOtherwiseIsAConflict() throws IOException {
        Path file = area.model("birds").resolve("config.json");
        String config = Files.readString(file);
        Files.writeString(file, config.replace("\"quick_gelu\"", "\"gelu\"").replace("_heads\": 4", "_heads\": 2"));
        String[] overrides = {"method=task_arithmetic", "modelpool=mine", "taskpool=dummy"};
        JsonNode json = json(2, overrides);
        assertThat(kinds(json)).containsExactly("network", "network");
        assertThat(json.path("conflicts").findValuesAsText("cause"))
                .containsExactlyInAnyOrder(
                        file + ": hidden_act is gelu, expected quick_gelu as the ancestor's configuration says",
                        file + ": num_attention_heads is 2, expected 4 as the ancestor's configuration says");
        assertThat(area.amalgam(overrides).code()).isEqualTo(2);

        // What is said by leaving it out is said all the same; the rest is of no account to what is computed.
        Files.writeString(
                file, config.replace("\"hidden_act\": \"quick_gelu\",", "").replace("\"float32\"", "\"float16\""));
        assertThat(kinds(json(0, overrides))).isEmpty();
    }

    @Test
    void everyConflictOfTheModelsIsOnThePageAndARunNamesTheFirst() throws IOException {
        area.change("birds", tensors -> {
            tensors.remove(BIAS);
            return tensors;
        });
        area.change("digits", tensors -> {
            tensors.put("vision_model.more", HostTensor.ofFloats(new float[1], 1));
            tensors.put(BIAS, HostTensor.ofFloats(new float[5], 5));
            return tensors;
        });
        String[] overrides = {"method=task_arithmetic", "modelpool=mine", "taskpool=dummy"};
        JsonNode json = json(2, overrides);
        assertThat(kinds(json)).containsExactly("names", "names", "shapes");
        assertThat(json.path("conflicts").findValuesAsText("model")).containsExactly("birds", "digits", "digits");
        Ending page = check(overrides);
        assertThat(page.code()).isEqualTo(2);
        assertThat(flat(page.out()))
                .contains(
                        "3 conflicts",
                        "birds: ",
                        BIAS,
                        "vision_model.more",
                        "[5]",
                        "Compare them with bin/amalgam diff");
        Ending run = area.amalgam(overrides);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(BIAS, "the first of 3 conflicts", "amalgam check");
    }

    @Test
    void aMethodThatCannotMergeThesePoolsIsAConflictBeforeAnyDataIsOpened() throws IOException {
        Files.delete(area.path("data/birds/owl/0.png"));
        String three = Files.readString(area.path("conf/modelpool/mine.yaml"))
                .replace(
                        "  birds: " + folder + "/models/birds",
                        "  birds: " + folder + "/models/birds\n  more: " + folder + "/models/birds");
        area.write("conf/modelpool/three.yaml", three);
        assertThat(kinds(json(2, "method=slerp", "modelpool=three", "taskpool=dummy")))
                .containsExactly("method");
        assertThat(kinds(json(
                        2, "method=weighted_average", "method.weights=[1,2,3]", "modelpool=mine", "taskpool=dummy")))
                .containsExactly("method");
        assertThat(kinds(json(0, "method=slerp", "modelpool=mine", "taskpool=dummy")))
                .isEmpty();
    }

    @Test
    void aNetworkThatIsNotKnownIsNeitherAdaptedNorJudged() throws IOException {
        Path base = TinyLlama.write(area.model("llama"), TinyLlama.tensors(1), TinyLlama.config(false));
        Path a = TinyLlama.write(area.model("a"), TinyLlama.tensors(2), TinyLlama.config(false));
        area.write(
                "conf/modelpool/llama.yaml", "models: {_pretrained_: %s, birds: %s, digits: %s}".formatted(base, a, a));
        assertThat(json(0, "method=ties_merging", "modelpool=llama", "taskpool=dummy")
                        .at("/models/1/vocabulary")
                        .asInt())
                .isEqualTo(13);
        for (String[] words : List.of(
                new String[] {"method=adamerging", "modelpool=llama", "taskpool=dummy"},
                new String[] {"method=regmean", "modelpool=llama", "taskpool=dummy"},
                new String[] {"method=smile_upscaling", "modelpool=llama", "taskpool=dummy"},
                new String[] {"method=ties_merging", "modelpool=llama", "taskpool=mine"})) {
            JsonNode json = json(2, words);
            assertThat(kinds(json)).as(words[0]).containsExactly("method");
            assertThat(json.at("/conflicts/0/cause").asText()).contains("model_type is llama", "no network");
        }
    }

    @Test
    void memoryThatIsNotEnough() throws IOException {
        assertThat(kinds(json(2, "method=adamerging", "modelpool=mine", "taskpool=mine", "memory=1m")))
                .containsExactly("memory");
    }

    /** Each worker has spans, or gradients, of its own: the plan counts those of the run, not the machine's processors. */
    @Test
    void thePlansMemoryIsThatOfTheRunsThreads() throws IOException {
        for (String method : List.of("task_arithmetic", "adamerging")) {
            long[] own = new long[3];
            for (int i = 0; i < own.length; i++) {
                int threads = List.of(1, 2, 33).get(i);
                own[i] = json(0, "method=" + method, "modelpool=mine", "taskpool=dummy", "threads=" + threads)
                        .at("/plan/own_memory_bytes")
                        .asLong();
            }
            long each = own[1] - own[0];
            assertThat(each).as(method).isPositive();
            assertThat(own[2] - own[0]).as(method).isEqualTo(32 * each);
        }
    }

    /** No bound was given, and no machine has this much: neither is a reason to refuse, and both say so. */
    @Test
    void moreMemoryThanThisMachineHasIsANoteOfTheCheckAndOfTheRun() throws IOException {
        String[] large = {
            "method=weight_ensembling_moe",
            "method.batch_reduce=true",
            "method.batch_size=1000000000",
            "modelpool=mine",
            "taskpool=dummy"
        };
        JsonNode json = json(0, large);
        assertThat(json.at("/plan/own_memory_bytes").asLong()).isGreaterThan(1L << 44);
        assertThat(json.path("notes")).hasSize(1);
        String note = json.at("/notes/0").asText();
        assertThat(note).contains("memory of its own and this machine has", "memory=", "fewer threads");
        assertThat(flat(check(large).out())).contains("note the run takes about");

        List<String> run = new ArrayList<>(List.of(large));
        run.add("dry_run=true");
        Ending ending = area.amalgam(run.toArray(String[]::new));
        assertThat(ending.code()).isZero();
        assertThat(ending.out()).contains("note     the run takes about");
        run.add("--json");
        JsonNode planned = new ObjectMapper()
                .readTree(area.amalgam(run.toArray(String[]::new)).out());
        assertThat(planned.at("/plan/peak_memory_bytes")).isEqualTo(json.at("/plan/peak_memory_bytes"));
        assertThat(planned.path("method")).isEqualTo(json.path("method"));

        Plan plan =
                new Plan(List.of(), new Plan.Cost(3, 7, 5, Forecast.NONE, Optional.empty()), List.of(), 0, () -> "");
        assertThat(plan.shortage(OptionalLong.of(4))).isPresent();
        assertThat(plan.shortage(OptionalLong.of(5))).isEmpty();
        assertThat(plan.shortage(OptionalLong.empty())).isEmpty();
    }

    @Test
    void longLearningIsForeseen() throws IOException {
        String[] overrides = {"method=adamerging", "modelpool=mine", "taskpool=mine", "method.max_steps=1000000000"};
        assertThat(json(0, overrides).at("/plan/adapting_seconds").asLong()).isGreaterThan(60);
        assertThat(flat(check(overrides).out())).containsPattern("time +about [0-9.]+ (min|h) of adapting");
        overrides[3] = "method.max_steps=3";
        assertThat(json(0, overrides).path("plan").has("adapting_seconds")).isFalse();
        assertThat(check(overrides).out()).doesNotContain("of adapting");
        overrides[3] = "fast_dev_run=true";
        assertThat(json(0, overrides).path("plan").has("adapting_seconds")).isFalse();
    }

    @Test
    void theSizeOfAMixtureIsForeseen() throws IOException {
        Path merged = area.path("mixture");
        String[] overrides = {
            "method=smile_upscaling",
            "method.gate_k=2",
            "method.k=2",
            "modelpool=mine",
            "taskpool=dummy",
            "merged_model_save_path=" + merged
        };
        long foreseen = json(0, overrides).at("/plan/written_bytes").asLong();
        assertThat(area.amalgam(overrides).code()).isZero();
        assertThat((double) Files.size(merged.resolve("mixture.safetensors")))
                .isBetween(0.8 * foreseen, 1.3 * foreseen);
    }

    @Test
    void settingsAreComposedAsARunsAre() throws IOException {
        Ending ending = check("method=task_arithmetic", "modelpool=mine", "method.scaling_facter=1");
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err()).contains("method.scaling_facter", "Did you mean method.scaling_factor?");
        ending = check("method=task_arithmetic", "modelpool=mine", "nonsense");
        assertThat(ending.err()).contains("nonsense is neither a command nor an override", "argument 6");
    }
}
