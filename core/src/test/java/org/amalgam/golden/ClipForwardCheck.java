package org.amalgam.golden;

import org.amalgam.data.text.TokenBatch;
import org.amalgam.data.text.Tokenizer;
import org.amalgam.model.clip.ClipVision;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.nn.Layers;
import org.amalgam.pool.ClipHeads;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.ZeroShotHead;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** CLIP's two towers, the zero-shot heads and the logits. */
final class ClipForwardCheck implements Check {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.settings().has("classes");
    }

    @Override
    public void run(GoldenCase golden) throws Exception {
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            String family = golden.settings().path("family").asText();
            List<String> tasks = GoldenCase.fields(golden.settings().path("classes")).keySet().stream()
                    .toList();
            List<String> templates = GoldenCase.texts(golden.settings().path("templates"));
            ClipHeads heads =
                    ClipHeads.open(golden.path(family + "/base"), java.nio.file.Files.createTempDirectory("heads"));
            Map<String, ZeroShotHead> byTask = new LinkedHashMap<>();
            for (String task : tasks) {
                List<String> names =
                        GoldenCase.texts(golden.settings().path("classes").path(task));
                ZeroShotHead head = heads.head(names, templates);
                golden.expect("text_features/" + task, Hosts.host(head.classes()));
                golden.expect(
                        "text_embeds_unnormalized/" + task,
                        Hosts.host(heads.textEmbeddings(Hosts.tensor(golden.tensor("input_ids/" + task)))));
                byTask.put(task, head);
            }
            tokens(golden, tasks, family);
            Map<String, java.nio.file.Path> folders = new LinkedHashMap<>();
            tasks.forEach(task -> folders.put(task, golden.path(family + "/" + task)));
            ModelPool pool = ModelPool.open(golden.path(family + "/base"), folders);
            List<Model> models = new ArrayList<>(pool.experts());
            models.add(pool.ancestor());
            for (Model model : models) {
                ClipVision tower = ClipVision.of(
                        (ClipVisionConfig) pool.architecture(),
                        Layers.of(model.weights().map((name, t) -> t.to(DType.F32))));
                String name = model.name().equals("_pretrained_") ? "base" : model.name();
                for (String task : tasks) {
                    compare(golden, name, task, tower, byTask.get(task));
                }
            }
        }
    }

    private static void compare(GoldenCase golden, String model, String task, ClipVision tower, ZeroShotHead head) {
        Tensor images = Hosts.tensor(golden.tensor("pixel_values/" + task));
        Tensor hidden = tower.hiddenStates(images);
        Tensor features = tower.features(images);
        Map<String, Tensor> results = Map.of(
                "last_hidden_state",
                hidden,
                "pooler_output",
                features,
                "image_embeds_unnormalized",
                Functional.linear(features, head.projection()),
                "logits",
                head.logits(features));
        results.forEach((kind, tensor) -> {
            String name = model + "/" + kind + "/" + task;
            if (golden.expected().contains(name)) {
                golden.expect(name, Hosts.host(tensor));
            }
        });
    }

    /** The tokenizer of the family's own folder gives the ids that the case was made from. */
    private static void tokens(GoldenCase golden, List<String> tasks, String family) {
        try (Tokenizer tokenizer = Tokenizer.read(golden.path(family + "/base"), OptionalInt.of(77))) {
            for (String task : tasks) {
                List<String> prompts =
                        GoldenCase.texts(golden.settings().path("prompts").path(task));
                TokenBatch batch = tokenizer.encode(prompts);
                long[] expected = golden.tensor("input_ids/" + task).toLongs();
                long[] got = java.util.Arrays.stream(batch.ids())
                        .flatMapToLong(java.util.Arrays::stream)
                        .toArray();
                org.assertj.core.api.Assertions.assertThat(got)
                        .as("ids of " + task)
                        .isEqualTo(expected);
            }
        }
    }
}
