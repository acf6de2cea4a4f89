package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** GPT-2 models and texts on the command line: a pool {@code texts} of two tasks, one in CSV and one in JSON lines. */
class Gpt2RunTest {

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
        Path golden = WorkingArea.golden("gpt2");
        WorkingArea.copy(golden.resolve("base"), area.model("gpt2"));
        WorkingArea.copy(golden.resolve("task_0"), area.model("tone"));
        WorkingArea.copy(golden.resolve("task_1"), area.model("pairs"));
        String letters = IntStream.range(0, 26)
                .mapToObj(i -> "\"%c\": %d".formatted('a' + i, i))
                .collect(Collectors.joining(", "));
        area.write("models/gpt2/tokenizer.json", """
                {"version": "1.0", "normalizer": null,
                 "added_tokens": [{"id": 127, "content": "<|endoftext|>", "single_word": false, "lstrip": false,
                   "rstrip": false, "normalized": true, "special": true}],
                 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
                 "post_processor": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false},
                 "decoder": null,
                 "model": {"type": "BPE", "dropout": null, "unk_token": null, "fuse_unk": false,
                   "vocab": {%s, "\\u0120": 26, "<|endoftext|>": 127}, "merges": []}}
                """.formatted(letters));
        area.write("data/tone/test.csv", "sentence,label\ngood day,1\nbad,0\nso so,0\nfine,1\nwell,1\n");
        area.write("data/pairs.jsonl", """
                {"premise": "it rains", "hypothesis": "it is wet", "label": 0}
                {"premise": "he runs", "hypothesis": "he sits", "label": 2}
                {"premise": "a", "hypothesis": "b", "label": 1}
                {"premise": "she", "hypothesis": "reads", "label": 1}
                """);
        String datasets = """
                  tone:
                    path: %1$s/data/tone
                  pairs:
                    path: %1$s/data/pairs.jsonl""".formatted(folder).indent(2).stripTrailing();
        area.write("conf/modelpool/texts.yaml", """
                _target_: fusion_bench.modelpool.HuggingFaceGPT2ClassificationPool
                models:
                  _pretrained_: %1$s/models/gpt2
                  tone: %1$s/models/tone
                  pairs: %1$s/models/pairs
                train_datasets:
                %2$s
                """.formatted(folder, datasets));
        area.write("conf/taskpool/texts.yaml", "test_datasets:\n" + datasets + "\n");
    }

    private JsonNode report(Ending ending, Path file) throws IOException {
        assertThat(ending.err()).doesNotContain("amalgam:");
        assertThat(ending.code()).isZero();
        return new ObjectMapper().readTree(file.toFile());
    }

    @Test
    void aPoolOfTextsIsAdaptedJudgedAndSaved() throws IOException {
        Path merged = area.path("merged");
        Path file = area.path("report.json");
        JsonNode report = report(
                area.amalgam(
                        "method=adamerging/layer_wise_gpt2",
                        "modelpool=texts",
                        "taskpool=texts",
                        "method.max_steps=2",
                        "method.batch_size=2",
                        "merged_model_save_path=" + merged,
                        "report_save_path=" + file),
                file);
        assertThat(report.toString()).contains("tone", "pairs", "gpt2_layer_wise_adamerging");
        assertThat(merged.resolve("model.safetensors")).exists();
        assertThat(merged.resolve("tokenizer.json")).exists();
        assertThat(Files.readString(merged.resolve("README.md"))).contains("GPT2Model.from_pretrained");
        // What was saved is an ancestor like any other.
        Path again = area.path("again.json");
        report(
                area.amalgam(
                        "method=regmean/gpt2_regmean",
                        "modelpool=texts",
                        "taskpool=texts",
                        "method.num_regmean_examples=4",
                        "modelpool.models._pretrained_=" + merged,
                        "report_save_path=" + again),
                again);
    }

    @Test
    void whatDoesNotFitIsNamed() {
        assertThat(area.amalgam("method=simple_average", "modelpool=texts", "taskpool=texts", "modelpool.max_length=41")
                        .err())
                .contains("modelpool.max_length: 41", "from 1 to 40 tokens");
        assertThat(area.amalgam("method=simple_average", "modelpool=texts", "taskpool=texts", "~modelpool.models.pairs")
                        .err())
                .contains("taskpool.test_datasets.pairs: modelpool.models has no model of this name");
    }
}
