package org.amalgam.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, read token by token so that every fault can be named with its tensor.
 * Offsets are checked for each tensor alone; how tensors lie to each other is for {@link Safetensors} to check.
 *
 * @param dataStart position in the file that the header's offsets count from
 */
record SafetensorsHeader(Path file, long dataStart) {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String METADATA = "__metadata__";

    SafetensorsFile parse(byte[] header) {
        // a decoder of its own: Jackson would guess UTF-16 or UTF-32 and accept what other readers refuse
        var decoder = StandardCharsets.UTF_8.newDecoder();
        try (JsonParser json = JSON.createParser(new InputStreamReader(new ByteArrayInputStream(header), decoder))) {
            return file(json);
        } catch (CharacterCodingException e) {
            throw new AmalgamException(file + ": the header is not UTF-8", e);
        } catch (JsonProcessingException e) {
            throw new AmalgamException(file + ": the header is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw Mapped.unreadable(file, e);
        }
    }

    private SafetensorsFile file(JsonParser json) throws IOException {
        Map<String, String> metadata = null;
        Map<String, TensorSlot> slots = new LinkedHashMap<>();
        expect(json.nextToken(), JsonToken.START_OBJECT, "the header");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            if (slots.containsKey(name) || (name.equals(METADATA) && metadata != null)) {
                throw fault("the header lists " + name + " twice");
            }
            json.nextToken();
            if (name.equals(METADATA)) {
                metadata = metadata(json);
            } else {
                slots.put(name, slot(json, name));
            }
        }
        if (json.nextToken() != null) {
            throw fault("the header goes on after its closing brace");
        }
        return new SafetensorsFile(file, metadata == null ? Map.of() : metadata, slots);
    }

    private Map<String, String> metadata(JsonParser json) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        expect(json.currentToken(), JsonToken.START_OBJECT, METADATA);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            expect(json.nextToken(), JsonToken.VALUE_STRING, METADATA + " entry " + key);
            if (metadata.put(key, json.getText()) != null) {
                throw fault(METADATA + " lists " + key + " twice");
            }
        }
        return metadata;
    }

    private TensorSlot slot(JsonParser json, String name) throws IOException {
        String where = "tensor " + name;
        String dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        expect(json.currentToken(), JsonToken.START_OBJECT, where);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            Object earlier;
            JsonToken value = json.nextToken();
            switch (key) {
                case "dtype" -> {
                    earlier = dtype;
                    expect(value, JsonToken.VALUE_STRING, "dtype of " + where);
                    dtype = json.getText();
                }
                case "shape" -> {
                    earlier = shape;
                    shape = integers(json, "shape of " + where);
                }
                case "data_offsets" -> {
                    earlier = offsets;
                    offsets = integers(json, "data_offsets of " + where);
                }
                default -> {
                    earlier = null;
                    json.skipChildren();
                }
            }
            if (earlier != null) {
                throw fault(where + " lists " + key + " twice");
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            throw fault(where + " lacks " + (dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets"));
        }
        return checked(name, DType.of(dtype, file + ": " + where), shape, offsets);
    }

    private TensorSlot checked(String name, DType dtype, List<Long> shape, List<Long> offsets) {
        String where = "tensor " + name;
        if (offsets.size() != 2 || offsets.get(0) < 0 || offsets.get(1) < offsets.get(0)) {
            throw fault(where + " has data_offsets " + offsets + ", expected [begin, end] with 0 <= begin <= end");
        }
        long length = offsets.get(1) - offsets.get(0);
        long expected = Shapes.bytes(dtype, shape, file + ": " + where);
        if (length != expected) {
            throw fault(where + " is " + dtype + " of shape " + shape + ": expected " + expected
                    + " bytes, data_offsets " + offsets + " give " + length);
        }
        if (offsets.get(1) > Long.MAX_VALUE - dataStart) {
            throw fault(where + " ends at byte " + offsets.get(1) + " of the data, which no file reaches");
        }
        return new TensorSlot(name, dtype, shape, file, dataStart + offsets.get(0), length);
    }

    private List<Long> integers(JsonParser json, String where) throws IOException {
        List<Long> values = new ArrayList<>();
        expect(json.currentToken(), JsonToken.START_ARRAY, where);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, where);
            if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                throw fault(where + " holds " + json.getText() + ", which exceeds 63 bits");
            }
            values.add(json.getLongValue());
        }
        return values;
    }

    private void expect(JsonToken found, JsonToken expected, String where) {
        if (found != expected) {
            throw fault(where + ": expected " + words(expected) + ", found " + words(found));
        }
    }

    private static String words(JsonToken token) {
        if (token == null) {
            return "the end of the header";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "an integer";
            case VALUE_NUMBER_FLOAT -> "a fraction";
            case VALUE_TRUE, VALUE_FALSE -> "a truth value";
            case VALUE_NULL -> "null";
            case END_ARRAY, END_OBJECT, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> token.asString();
        };
    }

    private AmalgamException fault(String sentence) {
        return new AmalgamException(file + ": " + sentence);
    }
}
