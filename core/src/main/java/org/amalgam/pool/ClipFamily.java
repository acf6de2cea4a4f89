package org.amalgam.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.data.image.ImageProcessor;
import org.amalgam.model.Architecture;
import org.amalgam.model.clip.ClipText;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** CLIP models of transformers: {@code CLIPVisionModel} folders, and {@code CLIPModel} folders of which the vision tower is merged. */
final class ClipFamily implements Family {

    private static final Set<String> TYPES = Set.of("clip", "clip_vision_model");

    /** In which levels of a checkpoint the names may sit: transformers 4 and 5, towers alone or in a full model. */
    private static final List<String> LEVELS = List.of("", "model.", "clip.", "vision_model.");

    private static PrefixNaming naming(String stem) {
        // A buffer that some versions of transformers save: 0, 1, 2, ...
        return new PrefixNaming(
                LEVELS,
                stem,
                "embeddings.",
                Pattern.compile(".*position_ids"),
                "a CLIPVisionModel or a CLIPModel of transformers, as the ancestor is one");
    }

    @Override
    public String marks() {
        return "clip or clip_vision_model (CLIP of transformers)";
    }

    @Override
    public boolean has(Checkpoint model) {
        return model.json("config.json")
                .map(config -> TYPES.contains(config.path("model_type").asText()))
                .orElse(false);
    }

    @Override
    public ClipVisionConfig architecture(Checkpoint model) {
        return ClipVisionConfig.of(model.config(), where(model));
    }

    @Override
    public Naming naming(Checkpoint ancestor, Architecture architecture) {
        return naming(ClipVisionConfig.PREFIX);
    }

    /** A {@code CLIPVisionModel}, in the type that the ancestor's configuration names. */
    @Override
    public Saving saving(Checkpoint ancestor, Architecture architecture, Optional<String> dtype) {
        ObjectNode config = architecture.config(ancestor.config());
        return new Saving(
                Saving.all(Saving.named(config, dtype)),
                name -> name,
                List.of(),
                Map.of(),
                Map.of("config.json", config),
                List.of(ancestor.folder().resolve(ImageProcessor.FILE_NAME)));
    }

    @Override
    public Loading loading(Checkpoint ancestor) {
        return new Loading(
                "transformers",
                List.of(
                        "from transformers import CLIPVisionModel",
                        "",
                        "model = CLIPVisionModel.from_pretrained(\"path/to/this/folder\")"));
    }

    @Override
    public Words words(Checkpoint model) {
        return new ClipWords(model);
    }

    private static String where(Checkpoint model) {
        return model.folder().resolve("config.json").toString();
    }

    /** Text tower and projections of a full {@code CLIPModel}. */
    private record ClipWords(Checkpoint model) implements Words {

        @Override
        public boolean present() {
            return slot("text_projection.weight").isPresent();
        }

        @Override
        public Tensor projection() {
            return tensor("visual_projection.weight");
        }

        @Override
        public double scale() {
            return Math.exp(tensor("logit_scale").item());
        }

        @Override
        public Tower tower() {
            ClipText.Config config = ClipText.Config.of(model.config(), where(model));
            Model text = Model.of("text tower", model, config.parameters(), naming(ClipText.PREFIX))
                    .checked();
            ClipText tower = new ClipText(config, text.weights().map((name, tensor) -> tensor.to(DType.F32)));
            Tensor projection = tensor("text_projection.weight").transpose(0, 1);
            return new Tower(config.positions(), ids -> tower.features(ids).matmul(projection));
        }

        private Optional<TensorSlot> slot(String name) {
            return LEVELS.stream()
                    .map(level -> model.slots().get(level + name))
                    .filter(java.util.Objects::nonNull)
                    .findFirst();
        }

        private Tensor tensor(String name) {
            return Model.single(
                            slot(name)
                                    .orElseThrow(
                                            () -> new org.amalgam.AmalgamException(
                                                    model.path()
                                                            + ": there is no tensor " + name
                                                            + "; zero-shot heads need a full CLIPModel (vision tower, text tower and projections)")))
                    .to(DType.F32);
        }
    }
}
