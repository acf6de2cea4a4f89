package org.amalgam.cli.run;

import org.amalgam.checkpoint.HostTensor;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** What a user can get wrong ends with exit code 2 and one line that says what and where, and leaves nothing behind. */
class BadInputTest {

    private static final String WEIGHT = "vision_model.encoder.layers.1.mlp.fc1.weight";
    private static final String BIAS = "vision_model.encoder.layers.1.mlp.fc1.bias";

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
    }

    private String[] arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--quiet",
                "method=task_arithmetic",
                "modelpool=mine",
                "taskpool=mine",
                "merged_model_save_path=" + area.path("out/merged"),
                "report_save_path=" + area.path("out/report.json")));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    /** The example ends in that sentence, and the folder is as it was before. */
    private void refuses(String... parts) throws IOException {
        refuses(area.amalgam(arguments()), area.files(), parts);
    }

    private void refuses(Ending ending, Set<String> before, String... parts) throws IOException {
        assertSentence(ending, parts);
        assertThat(area.files()).isEqualTo(before).noneMatch(file -> file.startsWith("out"));
    }

    private static void assertSentence(Ending ending, String... parts) {
        assertThat(ending.err())
                .startsWith("amalgam: ")
                .endsWith("\n")
                .contains(parts)
                .doesNotContain("Exception", "fault of amalgam", "frame #");
        assertThat(ending.err().strip().lines()).as(ending.err()).hasSize(1);
        assertThat(ending.code()).isEqualTo(2);
    }

    private String birds() {
        return area.model("birds").resolve("model.safetensors").toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 8, 2000, 62000})
    void aTruncatedFile(int bytes) throws IOException {
        Path file = area.model("birds").resolve("model.safetensors");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), bytes));
        refuses(birds());
    }

    @Test
    void aHeaderLongerThanTheFile() throws IOException {
        Path file = area.model("birds").resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[2] = 1;
        Files.write(file, bytes);
        refuses(birds(), "header", "truncated");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "overlap | {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
                        + "'b':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | 12",
                "b | {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
                        + "'b':{'dtype':'F32','shape':[2],'data_offsets':[8,16]}} | 12",
                "a | {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
                        + "'a':{'dtype':'F32','shape':[1],'data_offsets':[8,12]}} | 12",
                "C128 | {'a':{'dtype':'C128','shape':[1],'data_offsets':[0,16]}} | 16",
                "a | {'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | 8",
                "a | {'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | 8",
                "header | nonsense | 8"
            })
    void anUnsoundHeader(String part, String header, int dataBytes) throws IOException {
        area.writeRaw("birds", header.replace('\'', '"'), dataBytes);
        refuses(birds(), part);
    }

    @Test
    void aMissingTensor() throws IOException {
        area.change("birds", tensors -> {
            tensors.remove(BIAS);
            return tensors;
        });
        refuses(area.model("birds").toString(), BIAS, "config.json");
    }

    @Test
    void anExtraTensor() throws IOException {
        area.change("birds", tensors -> {
            tensors.put("vision_model.more", HostTensor.ofFloats(new float[1], 1));
            return tensors;
        });
        refuses(area.model("birds").toString(), "vision_model.more", "config.json");
    }

    @Test
    void aTensorOfAnotherShape() throws IOException {
        area.change("birds", tensors -> {
            tensors.put(WEIGHT, HostTensor.ofFloats(new float[47 * 24], 47, 24));
            return tensors;
        });
        refuses(birds(), WEIGHT, "[47, 24]", "[48, 24]", "config.json");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void aWeightThatIsNoNumber(float value) throws IOException {
        area.change("digits", tensors -> {
            float[] values = tensors.get(BIAS).toFloats();
            values[3] = value;
            tensors.put(BIAS, HostTensor.ofFloats(values, values.length));
            return tensors;
        });
        refuses(area.model("digits").resolve("model.safetensors").toString(), BIAS, "NaN or infinity");
    }

    @Test
    void aTensorOfIntegers() throws IOException {
        area.change("digits", tensors -> {
            tensors.put(BIAS, HostTensor.ofLongs(new long[48], 48));
            return tensors;
        });
        refuses(BIAS, "I64", "floating-point");
    }

    @Test
    void aLabelOutsideTheClassNames() throws IOException {
        area.writeDigits(0, 1, 2, 3, 1, 0);
        refuses(area.path("data/digits/test-labels-idx1-ubyte").toString(), "row 3", "the label is 3", "0 to 2");
    }

    @Test
    void anEmptyDataSet() throws IOException {
        for (String name : List.of("owl", "wren")) {
            for (int i = 0; i < 3; i++) {
                Files.delete(area.path("data/birds/" + name + "/" + i + ".png"));
            }
        }
        refuses("birds", area.path("data/birds").toString(), "empty");
    }

    @Test
    void aDataSetThatIsNotThere() throws IOException {
        area.write(
                "conf/taskpool/mine.yaml",
                Files.readString(area.path("conf/taskpool/mine.yaml")).replace("data/birds", "data/bird"));
        refuses(area.path("data/bird").toString() + " does not exist", "birds");
    }

    /** Images are decoded when they are needed: the log of the run stays, and nothing of its results. */
    @Test
    void anUndecodableImage() throws IOException {
        area.write("data/birds/wren/1.png", "no image");
        Set<String> before = area.files();
        Ending ending = area.amalgam(arguments());
        assertSentence(ending, area.path("data/birds/wren/1.png").toString());
        Set<String> after = area.files();
        after.removeIf(file -> file.startsWith("logs") && !file.endsWith(".partial"));
        assertThat(after).isEqualTo(before);
    }

    @Test
    void anUndecodableImageWhileAdapting() throws IOException {
        area.write("data/birds/wren/1.png", "no image");
        Set<String> before = area.files();
        Ending ending = area.amalgam(arguments("method=adamerging", "method.max_steps=3"));
        assertSentence(ending, area.path("data/birds/wren/1.png").toString());
        Set<String> after = area.files();
        after.removeIf(file -> file.startsWith("logs") && !file.endsWith(".partial"));
        assertThat(after).isEqualTo(before);
    }

    /** Before any work: not even the models, which are not there, are looked at. */
    @Test
    void anOutputThatExists() throws IOException {
        Files.delete(area.model("birds").resolve("model.safetensors"));
        Files.createDirectories(area.path("out/merged"));
        Set<String> before = area.files();
        Ending ending = area.amalgam(arguments());
        assertSentence(ending, area.path("out/merged").toString(), "exists", "remove it");
        assertThat(area.files()).isEqualTo(before);

        Files.delete(area.path("out/merged"));
        area.write("out/report.json", "{}");
        before = area.files();
        ending = area.amalgam(arguments());
        assertSentence(ending, "report_save_path: " + area.path("out/report.json"), "exists", "remove it");
        assertThat(area.files()).isEqualTo(before);
        assertThat(area.path("out/report.json")).hasContent("{}");
    }

    @Test
    void aModelFolderThatIsNotThereOrHoldsNoWeights() throws IOException {
        Files.delete(area.model("birds").resolve("model.safetensors"));
        refuses(area.model("birds").toString(), "model.safetensors", "model.safetensors.index.json");
        Files.delete(area.model("birds").resolve("config.json"));
        Files.delete(area.model("birds"));
        refuses(area.model("birds").toString(), "no such file or folder");
    }

    @Test
    void anAncestorWithoutConfiguration() throws IOException {
        Files.delete(area.model("clip").resolve("config.json"));
        refuses(area.model("clip").toString(), "config.json");
        area.write("models/clip/config.json", "{\"model_type\": \"bert\"}");
        refuses(area.model("clip").resolve("config.json").toString(), "model_type is bert", "clip_vision_model");
    }

    @Test
    void anImageProcessorThatIsNotThere() throws IOException {
        Files.delete(area.model("clip").resolve("preprocessor_config.json"));
        refuses(area.model("clip").resolve("preprocessor_config.json").toString());
    }

    @Test
    void headsOfAnotherModelsWidth() throws IOException {
        WorkingArea.copy(WorkingArea.golden("models/base"), area.model("larger"));
        area.write(
                "conf/taskpool/mine.yaml",
                Files.readString(area.path("conf/taskpool/mine.yaml")).replace("models/clip", "models/larger"));
        refuses("taskpool.clip_model", area.model("larger").toString(), "24");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "modelpool | models: | modls: | modelpool.modls is not a setting of mine | modelpool.models",
                "taskpool | clip_model: | clip_modle: | taskpool.clip_modle is not a setting of mine | taskpool.clip_model",
                "taskpool | classnames: | classname: | test_datasets.birds.classname | classnames",
                "modelpool | _pretrained_: | pretrained: | _pretrained_ | _pretrained_",
            })
    void anUnknownKeyInAFile(String group, String key, String wrong, String part, String near) throws IOException {
        String file = "conf/" + group + "/mine.yaml";
        area.write(file, Files.readString(area.path(file)).replace(key, wrong));
        refuses(part, near);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "method.scaling_facter=1 | method.scaling_facter | method.scaling_factor",
                "method.scaling_factor=much | method.scaling_factor | expected a number",
                "method=task_arithmetik | method=task_arithmetik | task_arithmetic",
                "modelpool=mein | modelpool=mein | mine",
                "taskpol=mine | taskpol | taskpool",
                "sed=1 | sed | seed",
                "fabric.precision=16-mixed | fabric.precision | bf16-mixed",
                "memory=1m | memory=1m is not enough | allow that much",
                "memory=1k | memory=1k is not enough | allow that much",
                "memory=4 | memory=4 is not enough | allow that much",
                "taskpool.batch_size=0 | taskpool.batch_size | of at least 1",
                "evaluation.every=-1 | evaluation.every | 0 for never"
            })
    void anUnknownKeyOrValueOnTheCommandLine(String override, String part, String near) throws IOException {
        refuses(area.amalgam(arguments(override)), area.files(), part, near);
    }

    @Test
    void aConfigurationThatIsNotThere() throws IOException {
        refuses(
                area.amalgam(arguments("+taskpool.test_datasets.birds.name=owls")),
                area.files(),
                area.path("data/birds") + " has no configuration owls",
                "owl or wren");
    }

    @Test
    void aMethodThatAdaptsWithoutData() throws IOException {
        String pool = Files.readString(area.path("conf/modelpool/mine.yaml"));
        area.write("conf/modelpool/mine.yaml", pool.substring(0, pool.indexOf("test_datasets")));
        refuses(
                area.amalgam(arguments("method=adamerging", "taskpool=dummy")),
                area.files(),
                "modelpool.test_datasets",
                "birds");
    }

    @Test
    void coefficientsThatDoNotFit() throws IOException {
        Ending ending = area.amalgam(arguments("method=adamerging", "method.weights=[1,2,3]"));
        assertSentence(ending, "method.weights", "[3]");
        assertThat(area.path("out")).doesNotExist();
    }

    @Test
    void coefficientsThatAreNoNumbers() throws IOException {
        refuses(
                area.amalgam(arguments("method.scaling_factor=.inf")),
                area.files(),
                "method.scaling_factor: expected a number between -3.4e38 and 3.4e38, found .inf");
    }

    @Test
    void aMergeThatLeavesTheNumbers() throws IOException {
        area.change("digits", tensors -> {
            float[] values = tensors.get(BIAS).toFloats();
            values[3] = 1000;
            tensors.put(BIAS, HostTensor.ofFloats(values, values.length));
            return tensors;
        });
        for (String judged : List.of("taskpool=mine", "taskpool=dummy")) {
            assertSentence(
                    area.amalgam(
                            "-q", "method=task_arithmetic", "modelpool=mine", judged, "method.scaling_factor=1e36"),
                    BIAS,
                    "beyond what F32 holds");
        }
    }

    @Test
    void aMergeWhoseAnswersLeaveTheNumbers() throws IOException {
        Ending ending = area.amalgam(arguments("method.scaling_factor=1e25"));
        assertSentence(ending, "birds: what the network answers", "coefficients");
        assertThat(area.path("out")).doesNotExist();
    }

    @Test
    void coefficientsThatLeaveTheNumbers() throws IOException {
        Ending ending = area.amalgam(
                arguments("method=adamerging", "method.optimizer=sgd", "method.lr=1e30", "method.max_steps=5"));
        assertSentence(ending, "is not a number any more", "method.lr");
        assertThat(area.path("out")).doesNotExist();
    }
}
