package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.TorchStorages.View;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What a pickle makes, asked for by type: a value of another type is the file's fault and is answered with its name. */
record PickleValues(Path file) {

    /** A callable or class that the pickle names. */
    record Global(String name) {}

    /** An immutable sequence: the only thing that calls take as arguments. */
    record Tuple(List<Object> items) {}

    /**
     * An object of a class that nobody looks up: what stands in its place is its class's name and the dictionary that it would have
     * been given. It lets a training script's checkpoint be read around what is no tensor.
     */
    static final class Unmade {

        private final String name;
        private Map<Object, Object> state = Map.of();

        Unmade(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }

        /** The object's attributes by name; empty where it has none. */
        Map<Object, Object> state() {
            return state;
        }
    }

    /**
     * A key that is neither text nor a number. What stands in its place is what it is, in words, and is equal to itself alone: it could
     * contain the dictionary, and hashing it would not end.
     */
    static final class OtherKey {

        private final String kind;

        OtherKey(String kind) {
            this.kind = kind;
        }

        @Override
        public String toString() {
            return kind;
        }
    }

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
        throw fault("the pickle has " + kind(value) + " where an integer of 64 bits belongs");
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

    /** Gives an object its attributes, or says that a dictionary has version numbers, which tell nothing about the tensors. */
    void build(Object target, Object state) {
        if (target instanceof Unmade object) {
            if (state instanceof Map) {
                object.state = dictionary(state);
            }
        } else if (!(target instanceof Map) || !(state instanceof Map)) {
            throw fault("the pickle sets the state of something that is no dictionary");
        }
    }

    /** Any key may stand beside the weights; where the dictionary itself is asked for, only text and numbers may. */
    void put(Map<Object, Object> target, Object key, Object value) {
        boolean plain = key instanceof String || key instanceof Number || key instanceof Boolean;
        target.put(plain ? key : new OtherKey(kind(key)), value);
    }

    /** An unmodifiable copy in which tuples have become lists; parts that occur twice are copied once, and so are equal tensors. */
    Object freeze(Object value, Function<View, HostTensor> tensors) {
        Map<View, HostTensor> made = new HashMap<>();
        return freeze(value, view -> made.computeIfAbsent(view, tensors), new IdentityHashMap<>(), 0);
    }

    private Object freeze(Object value, Function<View, HostTensor> tensors, Map<Object, Object> done, int depth) {
        if (depth > MAX_DEPTH) {
            throw fault("the pickle nests more than " + MAX_DEPTH + " levels deep or contains itself");
        }
        if (value instanceof View view) {
            return tensors.apply(view);
        }
        if (value instanceof Unmade object) {
            throw unwanted(object.name());
        }
        if (value instanceof Global global && !TorchConstructors.knows(global.name())) {
            throw unwanted(global.name());
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
            dictionary(value).forEach((key, item) -> {
                if (key instanceof OtherKey) {
                    throw fault("a dictionary has " + key + " as a key, expected text or a number");
                }
                copy.put(key, freeze(item, tensors, done, depth + 1));
            });
            frozen = Collections.unmodifiableMap(copy);
        } else {
            List<Object> copy = new ArrayList<>();
            items(value).forEach(item -> copy.add(freeze(item, tensors, done, depth + 1)));
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
        } else if (value instanceof View view) {
            return "a tensor of shape " + view.shape();
        } else if (value instanceof Unmade object) {
            return "an object of class " + printable(object.name());
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
            return "the name " + printable(global.name());
        }
        return "a storage";
    }

    private AmalgamException unwanted(String name) {
        return fault("wants to construct " + printable(name) + "; only tensors are read");
    }

    static String printable(String name) {
        return name.replaceAll("[^\\x20-\\x7e]", "?");
    }

    AmalgamException fault(String sentence) {
        return new AmalgamException(file + ": " + sentence);
    }
}
