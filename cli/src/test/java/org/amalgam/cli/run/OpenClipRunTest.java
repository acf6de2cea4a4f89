package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.checkpoint.TorchFile;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * OpenCLIP models on the command line. The area's CLIP models of transformers lie there a second time as full OpenCLIP models
 * (pool {@code full}: folders) and a third time as image encoders with text remains (pool {@code encoder}: PyTorch files).
 */
class OpenClipRunTest {

    private static final String PROJECTION = "visual.proj";

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
        Path openClip = WorkingArea.resource("openclip");
        Map<String, HostTensor> base = tensors(openClip.resolve("base"));
        model("clip", base, base);
        model("birds", base, tensors(openClip.resolve("task_0")));
        model("digits", base, tensors(openClip.resolve("task_1")));
        for (String name : List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")) {
            Files.copy(area.model("clip").resolve(name), area.path("full/clip").resolve(name));
        }
        String pool = Files.readString(area.path("conf/modelpool/mine.yaml"));
        String tasks = Files.readString(area.path("conf/taskpool/mine.yaml"));
        area.write("conf/modelpool/full.yaml", pool.replace("/models/", "/full/"));
        area.write("conf/taskpool/full.yaml", tasks.replace("/models/", "/full/"));
        area.write("conf/modelpool/encoder.yaml", pool.replaceAll("/models/(\\w+)", "/encoder/$1.pt"));
        area.write("conf/taskpool/encoder.yaml", tasks.replace("/models/", "/full/"));
    }

    private static Map<String, HostTensor> tensors(Path model) {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        Checkpoint.open(model).slots().forEach((name, slot) -> tensors.put(name, slot.tensor()));
        return tensors;
    }

    /** A folder {@code full/NAME} and a file {@code encoder/NAME.pt}: the ancestor with the given tensors in their places. */
    private void model(String name, Map<String, HostTensor> base, Map<String, HostTensor> tower) throws IOException {
        Map<String, HostTensor> whole = new LinkedHashMap<>(base);
        whole.putAll(tower);
        Path full = Files.createDirectories(area.path("full/" + name));
        SafetensorsWriter.write(full.resolve("model.safetensors"), whole);
        Map<String, HostTensor> encoder = new LinkedHashMap<>();
        whole.forEach((key, tensor) -> {
            if (!key.startsWith("transformer.")) {
                encoder.put("model." + key, tensor);
            }
        });
        Files.createDirectories(area.path("encoder"));
        TorchFile.writeStateDict(area.path("encoder/" + name + ".pt"), encoder);
        String config = Files.readString(WorkingArea.resource("openclip/base").resolve("open_clip_config.json"));
        Files.writeString(full.resolve("open_clip_config.json"), config);
        area.write("encoder/open_clip_config.json", config);
    }

    private JsonNode report(String pool, String... overrides) throws IOException {
        Path report = area.path("report-" + pool + ".json");
        Files.deleteIfExists(report);
        List<String> arguments = new ArrayList<>(List.of(overrides));
        arguments.addAll(List.of("modelpool=" + pool, "taskpool=" + pool, "report_save_path=" + report));
        Ending ending = area.amalgam(arguments.toArray(String[]::new));
        assertThat(ending.err()).doesNotContain("amalgam:");
        assertThat(ending.code()).isZero();
        return new ObjectMapper().readTree(report.toFile());
    }

    /** Its score is kept under its own files, and its network is the ancestor's. */
    @Test
    void anExpertIsJudgedAnewWhereTheAncestorsNetworkIsAnother() throws IOException {
        Files.delete(area.path("full/birds/open_clip_config.json"));
        Files.delete(area.path("full/digits/open_clip_config.json"));
        double before = lossOfTheExpertOfBirds();
        Path config = area.path("full/clip/open_clip_config.json");
        String text = Files.readString(config);
        Files.writeString(config, text.replaceFirst("\"quick_gelu\": true", "\"quick_gelu\": false"));
        assertThat(config).content().isNotEqualTo(text);
        assertThat(lossOfTheExpertOfBirds()).isNotEqualTo(before);
    }

    private double lossOfTheExpertOfBirds() throws IOException {
        Path report = area.path("judged.json");
        Files.deleteIfExists(report);
        Ending ending =
                area.amalgam("method=task_arithmetic", "modelpool=full", "taskpool=mine", "report_save_path=" + report);
        assertThat(ending.code()).as(ending.err()).isZero();
        return new ObjectMapper()
                .readTree(report.toFile())
                .at("/amalgam/table/1/tasks/birds/loss")
                .asDouble(Double.NaN);
    }

    /** Their task vectors are the same numbers in another order, and so are merges that look at them one by one. */
    @ParameterizedTest
    @CsvSource({
        "method=simple_average, seed=0",
        "method=weighted_average, 'method.weights=[1,0.5]'",
        "method=task_arithmetic, method.scaling_factor=0.4",
        "method=adamerging, method.name=clip_task_wise_adamerging"
    })
    void theSameNetworksHaveTheSameResults(String method, String setting) throws IOException {
        String steps = method.endsWith("adamerging") ? "method.max_steps=3" : "threads=1";
        JsonNode expected = report("mine", method, setting, steps);
        for (String pool : List.of("full", "encoder")) {
            JsonNode got = report(pool, method, setting, steps);
            for (String task : List.of("birds", "digits")) {
                assertThat(got.path(task).path("loss").asDouble())
                        .as(pool + " " + task)
                        .isCloseTo(expected.path(task).path("loss").asDouble(), Offset.offset(1e-5));
                assertThat(got.path(task).path("accuracy"))
                        .isEqualTo(expected.path(task).path("accuracy"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "method=simple_average, seed=0",
        "method=ties_merging, method.threshold=30",
        "method=adamerging, method.max_steps=2",
    })
    void whatIsMergedIsSavedUnderTheAncestorsNames(String method, String setting) throws IOException {
        for (String pool : List.of("full", "encoder")) {
            Path merged = area.path("merged-" + pool);
            report(pool, method, setting, "merged_model_save_path=" + merged);
            Map<String, HostTensor> before = pool.equals("full")
                    ? tensors(area.path("full/clip"))
                    : TorchFile.readStateDict(area.path("encoder/clip.pt"));
            Map<String, HostTensor> after = tensors(merged);
            assertThat(after.keySet()).containsExactlyInAnyOrderElementsOf(before.keySet());
            before.forEach((name, tensor) ->
                    assertThat(after.get(name).shape()).as(name).isEqualTo(tensor.shape()));
            assertThat(merged.resolve("open_clip_config.json")).exists();
            assertThat(merged.resolve("tokenizer.json").toFile().exists()).isEqualTo(pool.equals("full"));
            assertThat(merged.resolve("README.md"))
                    .content()
                    .contains("library_name: open_clip", "load_state_dict")
                    .doesNotContain("transformers");
        }
    }

    @Test
    void everyCoefficientOfLayerWiseAdaMergingHasATensor() throws IOException {
        JsonNode full = report("full", "method=adamerging", "fast_dev_run=true");
        JsonNode encoder = report("encoder", "method=adamerging", "fast_dev_run=true");
        assertThat(full.path("model_info").path("trainable_params").asInt()).isEqualTo(2 * (4 + 2 + 2 * 12 + 2));
        assertThat(encoder.path("model_info").path("trainable_params").asInt())
                .isEqualTo(full.path("model_info").path("trainable_params").asInt() + 2 * 6);
    }

    private void refuses(String pool, String tasks, String... parts) throws IOException {
        Set<String> before = area.files();
        Ending ending = area.amalgam(
                "--quiet",
                "method=task_arithmetic",
                "modelpool=" + pool,
                "taskpool=" + tasks,
                "merged_model_save_path=" + area.path("merged"));
        assertThat(ending.err()).startsWith("amalgam: ").contains(parts).doesNotContain("fault of amalgam");
        assertThat(ending.err().strip().lines()).as(ending.err()).hasSize(1);
        assertThat(ending.code()).isEqualTo(2);
        assertThat(area.files()).isEqualTo(before);
    }

    @Test
    void anEncoderWithoutATextTowerNeedsAnothersHeads() throws IOException {
        String tasks = Files.readString(area.path("conf/taskpool/encoder.yaml"));
        area.write("conf/taskpool/alone.yaml", tasks.replaceAll("clip_model: .*", "clip_model: null"));
        refuses("encoder", "alone", "clip.pt", "no text transformer", "taskpool.clip_model");
    }

    @Test
    void modelsThatDoNotFit() throws IOException {
        Map<String, HostTensor> birds = new LinkedHashMap<>(tensors(area.path("full/birds")));
        HostTensor projection = birds.remove(PROJECTION);
        SafetensorsWriter.write(area.path("full/birds/model.safetensors"), birds);
        refuses("full", "full", area.path("full/birds").toString(), "no tensor " + PROJECTION);
        birds.put(PROJECTION, new HostTensor(projection.dtype(), List.of(16L, 24L), projection.data()));
        SafetensorsWriter.write(area.path("full/birds/model.safetensors"), birds);
        refuses("full", "full", PROJECTION + " has shape [16, 24]", "[24, 16]");
        area.write(
                "conf/modelpool/mixed.yaml",
                Files.readString(area.path("conf/modelpool/full.yaml")).replace("/full/birds", "/models/birds"));
        refuses("mixed", "full", area.model("birds").toString(), "OpenCLIP model, as the ancestor is one");
    }

    @Test
    void aModelOfNoKnownFamily() throws IOException {
        area.change("clip", tensors -> Map.of("a", HostTensor.ofFloats(new float[1], 1)));
        area.write("models/clip/config.json", "{\"model_type\": \"bert\"}");
        refuses("mine", "mine", "model_type is bert", "clip_vision_model", "visual.*");
    }
}
