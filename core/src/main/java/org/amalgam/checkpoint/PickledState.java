package org.amalgam.checkpoint;

import org.amalgam.checkpoint.PickleValues.OtherKey;
import org.amalgam.checkpoint.PickleValues.Tuple;
import org.amalgam.checkpoint.PickleValues.Unmade;
import org.amalgam.checkpoint.TorchStorages.View;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state dict that a pickle holds: as it is, beside other things as training scripts save it, or inside a module that was pickled
 * whole, whose parameters and buffers have the names that {@code state_dict()} would give them.
 *
 * @param tensors by name, in the file's order
 * @param foreign entries of the state dict that are no tensors: name and what it is
 * @param beside what else the file holds and nobody reads: an optimiser's state, numbers of steps
 */
record PickledState(Map<String, View> tensors, Map<String, String> foreign, List<String> beside) {

    /** Under which names training scripts keep the state dict, the likeliest first. */
    private static final List<String> KEYS = List.of("state_dict", "model_state_dict", "model", "module");

    private static final int MAX_DEPTH = 200;
    private static final int MAX_MODULES = 1_000_000;

    /** What a pickle left. */
    static PickledState of(Object root, PickleValues values) {
        Reading reading = new Reading(values);
        Optional<Map.Entry<?, ?>> wrapped = wrapped(root);
        Object state = wrapped.isPresent() ? wrapped.get().getValue() : root;
        List<String> beside = new ArrayList<>();
        if (wrapped.isPresent()) {
            ((Map<?, ?>) root)
                    .keySet().stream()
                            .filter(key -> !key.equals(wrapped.get().getKey()))
                            .forEach(key -> beside.add(PickleValues.printable(key.toString())));
        }
        if (state instanceof Unmade module && isModule(module)) {
            reading.module("", module, 0);
        } else if (state instanceof Map<?, ?> map) {
            map.forEach((key, item) -> reading.entry("", key, item));
        } else {
            throw values.fault("expected a state dict, found " + PickleValues.kind(state)
                    + ". Save model.state_dict() in PyTorch");
        }
        return new PickledState(reading.tensors, reading.foreign, beside);
    }

    private static Optional<Map.Entry<?, ?>> wrapped(Object root) {
        if (!(root instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        return KEYS.stream()
                .filter(key -> map.get(key) instanceof Map || isModule(map.get(key)))
                .<Map.Entry<?, ?>>map(key -> Map.entry(key, map.get(key)))
                .findFirst();
    }

    /** Every module of PyTorch has these attributes, whatever its class. */
    private static boolean isModule(Object value) {
        return value instanceof Unmade object
                && object.state().get("_parameters") instanceof Map
                && object.state().get("_modules") instanceof Map;
    }

    /** Collects tensors. */
    private static final class Reading {

        private final PickleValues values;
        private final Map<String, View> tensors = new LinkedHashMap<>();
        private final Map<String, String> foreign = new LinkedHashMap<>();
        private int modules;

        Reading(PickleValues values) {
            this.values = values;
        }

        void entry(String prefix, Object key, Object item) {
            String name = prefix + key;
            if (item instanceof View tensor) {
                if (key instanceof OtherKey) {
                    throw values.fault("a tensor has " + key + " as its name, expected text");
                }
                tensors.put(name, tensor);
            } else {
                foreign.put(name, PickleValues.kind(item));
            }
        }

        /** A module may be part of several, and a hostile one of itself. */
        void module(String prefix, Unmade module, int depth) {
            modules++;
            if (depth > MAX_DEPTH || modules > MAX_MODULES) {
                throw values.fault("its modules contain one another without end");
            }
            own(prefix, module.state().get("_parameters"), List.of());
            own(prefix, module.state().get("_buffers"), unsaved(module));
            if (module.state().get("_modules") instanceof Map<?, ?> children) {
                children.forEach((name, child) -> {
                    if (isModule(child)) {
                        module(prefix + name + ".", (Unmade) child, depth + 1);
                    }
                });
            }
        }

        private static List<?> unsaved(Unmade module) {
            return module.state().get("_non_persistent_buffers_set") instanceof Tuple names ? names.items() : List.of();
        }

        private void own(String prefix, Object entries, List<?> without) {
            if (entries instanceof Map<?, ?> map) {
                map.forEach((name, item) -> {
                    // a parameter that a layer was built without is None
                    if (item != null && !without.contains(name)) {
                        entry(prefix, name, item);
                    }
                });
            }
        }
    }
}
