package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.model.ParameterSpec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Whether a model's header has what an architecture asks for.
 *
 * @param slots where the merged part lies, by canonical names
 * @param conflicts one a kind, the gravest first
 */
record Fit(Map<String, TensorSlot> slots, List<Conflict> conflicts) {

    private static final int NAMED = 3;

    Fit {
        slots = Map.copyOf(slots);
        conflicts = List.copyOf(conflicts);
    }

    /**
     * Compares names, shapes and types; reads no numbers.
     *
     * @param specs what the architecture expects; anything else that the naming finds is a conflict
     * @param remedy for those of names and shapes
     */
    static Fit of(String model, Checkpoint checkpoint, List<ParameterSpec> specs, Naming naming, String remedy) {
        Map<String, TensorSlot> slots;
        try {
            slots = naming.canonical(checkpoint);
        } catch (AmalgamException e) {
            return new Fit(Map.of(), List.of(Conflict.of(model, Conflict.Kind.NAMES, e)));
        }
        return new Fit(slots, new Comparison(model, checkpoint, specs, slots, remedy).conflicts());
    }

    /** Ends a sentence about the first of several. */
    static String and(List<TensorSlot> all) {
        return all.size() == 1 ? "" : ", and " + (all.size() - 1) + " more likewise";
    }

    private record Comparison(
            String model,
            Checkpoint checkpoint,
            List<ParameterSpec> specs,
            Map<String, TensorSlot> slots,
            String remedy) {

        List<Conflict> conflicts() {
            List<Conflict> conflicts = new ArrayList<>();
            List<String> missing = specs.stream()
                    .map(ParameterSpec::name)
                    .filter(name -> !slots.containsKey(name))
                    .toList();
            if (!missing.isEmpty()) {
                conflicts.add(conflict(
                        Conflict.Kind.NAMES,
                        missing,
                        checkpoint.path() + ": there is no tensor " + several(missing)
                                + ", which the ancestor's architecture has"));
            }
            Map<String, TensorSlot> extra = new LinkedHashMap<>(slots);
            specs.forEach(spec -> extra.remove(spec.name()));
            if (!extra.isEmpty()) {
                List<String> names = List.copyOf(extra.keySet());
                conflicts.add(conflict(
                        Conflict.Kind.NAMES,
                        names,
                        checkpoint.path() + ": the tensor" + (names.size() == 1 ? " " : "s ") + several(names)
                                + (names.size() == 1 ? " is" : " are") + " not in the ancestor's architecture"));
            }
            conflicts.addAll(shapes());
            List<TensorSlot> whole = specs.stream()
                    .filter(spec -> slots.containsKey(spec.name()))
                    .map(spec -> slots.get(spec.name()))
                    .filter(slot -> !slot.dtype().isFloating())
                    .toList();
            if (!whole.isEmpty()) {
                TensorSlot slot = whole.get(0);
                conflicts.add(new Conflict(
                        model,
                        Conflict.Kind.TYPES,
                        names(whole),
                        slot.file() + ": " + slot.name() + " holds " + slot.dtype() + and(whole)
                                + ", expected a floating-point type",
                        "save the model again in one"));
            }
            return conflicts;
        }

        private List<Conflict> shapes() {
            List<TensorSlot> shapes = new ArrayList<>();
            List<TensorSlot> rows = new ArrayList<>();
            Map<TensorSlot, List<Long>> expected = new LinkedHashMap<>();
            for (ParameterSpec spec : specs) {
                TensorSlot slot = slots.get(spec.name());
                if (slot != null && !slot.shape().equals(spec.shape())) {
                    (hasOtherRows(spec, slot) ? rows : shapes).add(slot);
                    expected.put(slot, spec.shape());
                }
            }
            List<Conflict> conflicts = new ArrayList<>();
            if (!rows.isEmpty()) {
                TensorSlot slot = rows.get(0);
                conflicts.add(new Conflict(
                        model,
                        Conflict.Kind.VOCABULARY,
                        names(rows),
                        slot.file() + ": " + slot.name() + " has rows for "
                                + slot.shape().get(0) + " tokens, the ancestor's has "
                                + expected.get(slot).get(0),
                        Vocabulary.REMEDY));
            }
            if (!shapes.isEmpty()) {
                TensorSlot slot = shapes.get(0);
                conflicts.add(conflict(
                        Conflict.Kind.SHAPES,
                        names(shapes),
                        slot.file() + ": " + slot.name() + " has shape " + slot.shape()
                                + ", the ancestor's architecture has " + expected.get(slot) + and(shapes)));
            }
            return conflicts;
        }

        private static boolean hasOtherRows(ParameterSpec spec, TensorSlot slot) {
            int axes = spec.shape().size();
            return Vocabulary.isTable(spec.name())
                    && axes == 2
                    && slot.shape().size() == axes
                    && slot.shape().get(1).equals(spec.shape().get(1));
        }

        private Conflict conflict(Conflict.Kind kind, List<String> tensors, String cause) {
            return new Conflict(model, kind, tensors, cause, remedy);
        }

        private static List<String> names(List<TensorSlot> slots) {
            return slots.stream().map(TensorSlot::name).toList();
        }

        private static String several(List<String> names) {
            String first = names.stream().limit(NAMED).collect(Collectors.joining(", "));
            return names.size() > NAMED ? first + " and " + (names.size() - NAMED) + " more" : first;
        }
    }
}
