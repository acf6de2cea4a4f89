package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a pickle makes, asked for by type: a value of another type is the file's fault and is answered with its name. */
record PickleValues(Path file) {

    /** A callable or class that the pickle names. */
    record Global(String name) {}

    /** An immutable sequence: the only thing that calls take as arguments. */
    record Tuple(List<Object> items) {}

    private static final int MAX_DEPTH = 200;

    String string(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw fault("the pickle has " + kind(value) + " where text belongs");
    }

    long integer(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw fault("the pickle has " + kind(value) + " where an integer belongs");
    }

    List<Long> integers(Object value) {
        List<Long> numbers = new ArrayList<>();
        for (Object item : items(value)) {
            numbers.add(integer(item));
        }
        return numbers;
    }

    /** The items of a tuple or list. */
    List<Object> items(Object value) {
        return value instanceof Tuple tuple ? tuple.items() : list(value);
    }

    @SuppressWarnings("unchecked") // every list that the pickle can reach was made as a list of objects
    List<Object> list(Object value) {
        if (value instanceof List) {
            return (List<Object>) value;
        }
        throw fault("the pickle has " + kind(value) + " where a list belongs");
    }

    @SuppressWarnings("unchecked") // every map that the pickle can reach was made as a map of objects
    Map<Object, Object> dictionary(Object value) {
        if (value instanceof Map) {
            return (Map<Object, Object>) value;
        }
        throw fault("the pickle has " + kind(value) + " where a dictionary belongs");
    }

    void put(Map<Object, Object> target, Object key, Object value) {
        // mutable keys could contain the dictionary itself, and hashing them would not end
        if (!(key instanceof String || key instanceof Long || key instanceof Double || key instanceof Boolean)) {
            throw fault("a dictionary has " + kind(key) + " as a key, expected text or a number");
        }
        target.put(key, value);
    }

    /** An unmodifiable copy in which tuples have become lists; parts that occur twice are copied once. */
    Object freeze(Object value) {
        return freeze(value, new IdentityHashMap<>(), 0);
    }

    private Object freeze(Object value, Map<Object, Object> done, int depth) {
        if (depth > MAX_DEPTH) {
            throw fault("the pickle nests more than " + MAX_DEPTH + " levels deep or contains itself");
        }
        if (value instanceof Global || value instanceof TorchStorages.Storage) {
            throw fault("the pickle leaves " + kind(value) + " instead of a tensor");
        }
        if (!(value instanceof Tuple || value instanceof List || value instanceof Map)) {
            return value;
        }
        Object known = done.get(value);
        if (known != null) {
            return known;
        }
        Object frozen;
        if (value instanceof Map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            dictionary(value).forEach((key, item) -> copy.put(key, freeze(item, done, depth + 1)));
            frozen = Collections.unmodifiableMap(copy);
        } else {
            List<Object> copy = new ArrayList<>();
            items(value).forEach(item -> copy.add(freeze(item, done, depth + 1)));
            frozen = Collections.unmodifiableList(copy);
        }
        done.put(value, frozen);
        return frozen;
    }

    /** What the value is, in words. */
    static String kind(Object value) {
        if (value == null) {
            return "None";
        } else if (value instanceof HostTensor tensor) {
            return "a tensor of shape " + tensor.shape();
        } else if (value instanceof Map<?, ?> map) {
            return "a dictionary of " + map.size();
        } else if (value instanceof Tuple tuple) {
            return "a tuple of " + tuple.items().size();
        } else if (value instanceof List<?> list) {
            return "a list of " + list.size();
        } else if (value instanceof String) {
            return "text";
        } else if (value instanceof Number || value instanceof Boolean) {
            return "the number " + value;
        } else if (value instanceof Global global) {
            return "the name " + global.name();
        }
        return "a storage";
    }

    AmalgamException fault(String sentence) {
        return new AmalgamException(file + ": " + sentence);
    }
}
