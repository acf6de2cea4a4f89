package org.amalgam.data.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Reads {@code preprocessor_config.json}. Keys left out have the defaults of {@code CLIPImageProcessor}. */
final class ProcessorConfig {

    private static final Set<String> CLASSES =
            Set.of("CLIPImageProcessor", "CLIPImageProcessorFast", "CLIPFeatureExtractor");
    private static final Set<String> SWITCHES =
            Set.of("do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb");
    private static final List<Float> CLIP_MEAN =
            Stream.of(0.48145466, 0.4578275, 0.40821073).map(Double::floatValue).toList();
    private static final List<Float> CLIP_STD = Stream.of(0.26862954, 0.26130258, 0.27577711)
            .map(Double::floatValue)
            .toList();
    private static final int CLIP_SIZE = 224;

    private final Path file;
    private final JsonNode json;

    private ProcessorConfig(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    static ImageProcessor read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new AmalgamException(file + " does not exist; a CLIP model folder holds it beside config.json");
        }
        try {
            JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(file));
            if (!json.isObject()) {
                throw new AmalgamException(file + " holds no JSON object");
            }
            return of(json, file);
        } catch (IOException e) {
            throw new AmalgamException(file + " cannot be read as JSON: " + e.getMessage(), e);
        }
    }

    static ImageProcessor of(JsonNode json, Path file) {
        return new ProcessorConfig(file, json).processor();
    }

    private ImageProcessor processor() {
        refuseOthers();
        Resize resize = flag("do_resize") ? resize() : new Resize.None();
        int[] size = flag("do_center_crop") ? crop() : sizeWithoutCrop(resize);
        Resample resample =
                Resample.of(json.has("resample") ? whole(json, "resample", "resample") : 3, file + ": resample");
        double rescale = !flag("do_rescale") ? 1 : json.has("rescale_factor") ? number("rescale_factor") : 1 / 255.0;
        boolean normalise = flag("do_normalize");
        return new ImageProcessor(
                resize,
                resample,
                size[0],
                size[1],
                rescale,
                normalise ? channels("image_mean", CLIP_MEAN) : List.of(0f, 0f, 0f),
                normalise ? channels("image_std", CLIP_STD) : List.of(1f, 1f, 1f));
    }

    /** Another class or another step gives other pixels; both are named rather than left out. */
    private void refuseOthers() {
        for (String key : List.of("image_processor_type", "feature_extractor_type")) {
            if (json.hasNonNull(key) && !CLASSES.contains(json.get(key).asText())) {
                throw new AmalgamException(file + ": " + key + " is "
                        + json.get(key).asText() + ", which is not supported; expected CLIPImageProcessor");
            }
        }
        for (Iterator<String> keys = json.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            if (key.startsWith("do_")
                    && !SWITCHES.contains(key)
                    && json.get(key).asBoolean()) {
                throw new AmalgamException(file + ": " + key + " is not supported; the steps that are: "
                        + String.join(", ", SWITCHES.stream().sorted().toList()));
            }
        }
    }

    private Resize resize() {
        JsonNode size = json.path("size");
        if (size.isMissingNode() || size.isNull()) {
            return new Resize.ShortestEdge(CLIP_SIZE);
        }
        if (size.isNumber()) {
            return new Resize.ShortestEdge(whole(json, "size", "size"));
        }
        if (size.has("shortest_edge") && size.size() == 1) {
            return new Resize.ShortestEdge(whole(size, "shortest_edge", "size.shortest_edge"));
        }
        if (size.has("height") && size.has("width") && size.size() == 2) {
            return new Resize.Exact(whole(size, "height", "size.height"), whole(size, "width", "size.width"));
        }
        throw new AmalgamException(
                file + ": size is " + size + ", expected a number, {shortest_edge} or {height, width}");
    }

    private int[] crop() {
        JsonNode size = json.path("crop_size");
        if (size.isMissingNode() || size.isNull()) {
            return new int[] {CLIP_SIZE, CLIP_SIZE};
        }
        if (size.isNumber()) {
            int edge = whole(json, "crop_size", "crop_size");
            return new int[] {edge, edge};
        }
        if (size.has("height") && size.has("width") && size.size() == 2) {
            return new int[] {whole(size, "height", "crop_size.height"), whole(size, "width", "crop_size.width")};
        }
        throw new AmalgamException(file + ": crop_size is " + size + ", expected a number or {height, width}");
    }

    private int[] sizeWithoutCrop(Resize resize) {
        if (resize instanceof Resize.Exact exact) {
            return new int[] {exact.height(), exact.width()};
        }
        throw new AmalgamException(
                file + ": do_center_crop is false and size is no {height, width}, so images would differ"
                        + " in size; expected one of the two");
    }

    private boolean flag(String key) {
        JsonNode value = json.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return true;
        }
        if (!value.isBoolean()) {
            throw new AmalgamException(file + ": " + key + " is " + value + ", expected true or false");
        }
        return value.booleanValue();
    }

    private int whole(JsonNode node, String key, String name) {
        JsonNode value = node.get(key);
        boolean resample = key.equals("resample");
        if (!value.canConvertToInt() || !value.isIntegralNumber() || (!resample && value.intValue() < 1)) {
            throw new AmalgamException(file + ": " + name + " is " + value + ", expected a whole number"
                    + (resample ? "" : " of at least 1"));
        }
        return value.intValue();
    }

    private double number(String key) {
        JsonNode value = json.get(key);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw new AmalgamException(file + ": " + key + " is " + value + ", expected a number");
        }
        return value.doubleValue();
    }

    private List<Float> channels(String key, List<Float> otherwise) {
        JsonNode value = json.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        List<Float> numbers = new ArrayList<>();
        value.forEach(number -> numbers.add(number.isNumber() ? (float) number.doubleValue() : Float.NaN));
        boolean zero = key.equals("image_std") && numbers.contains(0f);
        if (numbers.size() != ImageProcessor.CHANNELS
                || zero
                || !numbers.stream().allMatch(Float::isFinite)) {
            throw new AmalgamException(
                    file + ": " + key + " is " + value + ", expected three " + (zero ? "non-zero " : "") + "numbers");
        }
        return List.copyOf(numbers);
    }
}
