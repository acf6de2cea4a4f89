package org.amalgam.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.data.image.ImageProcessor;
import org.amalgam.data.text.Tokenizer;
import org.amalgam.model.Architecture;
import org.amalgam.model.openclip.OpenClipSettings;
import org.amalgam.model.openclip.OpenClipText;
import org.amalgam.model.openclip.OpenClipVision;
import org.amalgam.model.openclip.TensorShapes;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * OpenCLIP models: the {@code ImageEncoder} of the task arithmetic repository, all of which is merged, text remains included; a
 * full model, of which the image encoder is merged; an image encoder alone. The shapes say what they are;
 * {@code open_clip_config.json} beside them says the rest.
 */
final class OpenClipFamily implements Family {

    private static final List<String> LEVELS = List.of("", "model.", "module.", "module.model.");
    private static final String EXPECTED = "an OpenCLIP model, as the ancestor is one";

    /** What OpenAI's own files hold besides parameters, and a mask that OpenCLIP once saved. */
    private static final String BUFFERS = "input_resolution|context_length|vocab_size|attn_mask";

    private static final PrefixNaming ALL = naming("", OpenClipVision.PREFIX + "conv1.weight", BUFFERS);
    private static final PrefixNaming IMAGE = naming(OpenClipVision.PREFIX, "conv1.weight", BUFFERS);
    private static final PrefixNaming TEXT =
            naming("", OpenClipVision.PREFIX + "conv1.weight", BUFFERS + "|visual\\..*|logit_scale");

    private static final List<String> CONFIGURATION =
            List.of(Checkpoint.OPEN_CLIP, "config.json", ImageProcessor.FILE_NAME);

    private static PrefixNaming naming(String stem, String probe, String passedOver) {
        return new PrefixNaming(LEVELS, stem, probe, Pattern.compile(passedOver), EXPECTED);
    }

    @Override
    public String marks() {
        return "tensors named visual.* (OpenCLIP)";
    }

    @Override
    public boolean has(Checkpoint model) {
        return ALL.level(model).isPresent();
    }

    @Override
    public String configuration() {
        return Checkpoint.OPEN_CLIP;
    }

    @Override
    public OpenClipVision architecture(Checkpoint model) {
        return OpenClipVision.of(shapes(model), settings(model));
    }

    @Override
    public Naming naming(Checkpoint ancestor, Architecture architecture) {
        return mergesAll(architecture) ? ALL : IMAGE;
    }

    private static boolean mergesAll(Architecture architecture) {
        return architecture instanceof OpenClipVision vision && vision.remains().isPresent();
    }

    /** The ancestor's names, in its own type; what it has besides goes along, so that the result loads wherever the ancestor does. */
    @Override
    public Saving saving(Checkpoint ancestor, Architecture architecture, Optional<String> dtype) {
        Map<String, TensorSlot> merged = naming(ancestor, architecture).canonical(ancestor);
        List<TensorSlot> carried = ALL.canonical(ancestor).values().stream()
                .filter(slot -> !merged.containsValue(slot))
                .toList();
        DType own = merged.get(OpenClipVision.PREFIX + "conv1.weight").dtype();
        List<String> copied = Stream.concat(
                        CONFIGURATION.stream(), carried.isEmpty() ? Stream.of() : Tokenizer.FILES.stream())
                .toList();
        return new Saving(
                Saving.all(dtype.map(Saving::type).orElse(own == DType.F16 || own == DType.BF16 ? own : DType.F32)),
                name -> merged.get(name).name(),
                carried,
                Map.of(),
                Map.of(),
                copied.stream().map(ancestor.folder()::resolve).toList());
    }

    @Override
    public Loading loading(Checkpoint ancestor) {
        return new Loading(
                "open_clip",
                List.of(
                        "from safetensors.torch import load_file",
                        "",
                        "# model: the open_clip model or ImageEncoder that the ancestor was made for",
                        "model.load_state_dict(load_file(\"path/to/this/folder/model.safetensors\"))"));
    }

    @Override
    public Words words(Checkpoint model) {
        return new OpenClipWords(model);
    }

    /** As {@code preprocess_cfg} says; by default the shorter edge to the model's size, bicubic, OpenAI's mean and deviation. */
    @Override
    public ImageProcessor imageProcessor(Checkpoint model) {
        Path file = model.folder().resolve(Checkpoint.OPEN_CLIP);
        JsonNode given = model.json(Checkpoint.OPEN_CLIP)
                .map(json -> json.path("preprocess_cfg"))
                .orElseGet(JsonNodeFactory.instance::objectNode);
        requireValue(given, "interpolation", "bicubic", file);
        requireValue(given, "resize_mode", "shortest", file);
        int size = architecture(model).imageSize();
        ObjectNode settings =
                JsonNodeFactory.instance.objectNode().put("size", size).put("crop_size", size);
        if (given.has("mean")) {
            settings.set("image_mean", given.get("mean"));
        }
        if (given.has("std")) {
            settings.set("image_std", given.get("std"));
        }
        return ImageProcessor.of(settings, file);
    }

    private static void requireValue(JsonNode settings, String key, String expected, Path file) {
        String found = settings.path(key).asText(expected);
        if (!found.equals(expected)) {
            throw new AmalgamException(file + ": preprocess_cfg." + key + " is " + found + ", expected " + expected
                    + "; or put a " + ImageProcessor.FILE_NAME + " beside it");
        }
    }

    private static OpenClipSettings settings(Checkpoint model) {
        Path file = model.folder().resolve(Checkpoint.OPEN_CLIP);
        Optional<JsonNode> given = model.json(Checkpoint.OPEN_CLIP);
        return OpenClipSettings.of(
                given, given.isPresent() ? file.toString() : model.path() + " without " + file.getFileName());
    }

    private static TensorShapes shapes(Checkpoint model) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        ALL.canonical(model).forEach((name, slot) -> shapes.put(name, slot.shape()));
        return new TensorShapes(shapes, model.path().toString());
    }

    /** Text tower and projection of a full model. */
    private record OpenClipWords(Checkpoint model) implements Words {

        @Override
        public boolean present() {
            return OpenClipText.isIn(shapes(model));
        }

        @Override
        public Tensor projection() {
            return tensor("visual.proj").transpose(0, 1);
        }

        @Override
        public double scale() {
            return Math.exp(tensor("logit_scale").item());
        }

        @Override
        public Tower tower() {
            TensorShapes shapes = shapes(model);
            if (!OpenClipText.isIn(shapes)) {
                throw new AmalgamException(model.path() + ": has no text transformer (transformer.resblocks.*), which"
                        + " zero-shot heads are made with; name a full CLIP model with taskpool.clip_model");
            }
            OpenClipText.Config config = OpenClipText.Config.of(shapes, settings(model));
            Model text =
                    Model.of("text tower", model, config.parameters(), TEXT).checked();
            OpenClipText tower = new OpenClipText(config, text.weights().map((name, tensor) -> tensor.to(DType.F32)));
            return new Tower(config.positions(), tower::embed);
        }

        private Tensor tensor(String name) {
            TensorSlot slot = ALL.canonical(model).get(name);
            if (slot == null) {
                throw new AmalgamException(model.path() + ": there is no tensor " + name
                        + "; zero-shot heads need a full OpenCLIP model, name one with taskpool.clip_model");
            }
            return Model.single(slot).to(DType.F32);
        }
    }
}
