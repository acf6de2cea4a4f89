package org.amalgam.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.data.text.Tokenizer;
import org.amalgam.model.Architecture;
import org.amalgam.model.ParameterSpec;
import org.amalgam.model.plain.PlainArchitecture;
import org.amalgam.tensor.DType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The family of last resort: models of any architecture, as their tensors' names, shapes and types tell. All floating tensors are
 * merged, each in its own type; what holds whole numbers is the ancestor's; configuration, tokenizer and what else lies beside
 * the ancestor's weights go along.
 *
 * @param known what the families with a network look for
 */
record PlainFamily(String known) implements Family {

    private static final String CONFIG = "config.json";

    /** What describes a model, as opposed to weights in any form, indices of their shards, and the card of another model. */
    private static final Pattern BESIDE_THE_WEIGHTS =
            Pattern.compile("(?!.*\\.index\\.json)[^.].*\\.(json|txt|model|jinja|py|tiktoken)|LICENSE.*|NOTICE.*");

    /** What goes along with a lone file of weights, in whose folder anything may lie. */
    private static final List<String> CONFIGURATION = List.of(CONFIG, "generation_config.json");

    @Override
    public String marks() {
        return "any tensors";
    }

    @Override
    public boolean has(Checkpoint model) {
        return true;
    }

    @Override
    public PlainArchitecture architecture(Checkpoint model) {
        String type = type(model);
        String refusal = unknown(model) + ", so there is no network to run; expected " + known
                + ", or a method that looks at the weights alone (task_arithmetic, ties_merging, …) with taskpool=dummy";
        return new PlainArchitecture(
                type.isEmpty() ? "a model of an unknown type" : type,
                merged(model, model).entrySet().stream()
                        .map(e -> new ParameterSpec(e.getKey(), e.getValue().shape()))
                        .toList(),
                refusal);
    }

    private static String unknown(Checkpoint model) {
        String type = type(model);
        return model.folder().resolve(CONFIG) + ": model_type is " + (type.isEmpty() ? "not given" : type)
                + ", which is no family that is known";
    }

    private static String type(Checkpoint model) {
        return model.json(CONFIG)
                .map(config -> config.path("model_type").asText())
                .orElse("");
    }

    /** The floating tensors, each tied one once. */
    private static Map<String, TensorSlot> merged(Checkpoint ancestor, Checkpoint model) {
        Map<String, TensorSlot> merged = new LinkedHashMap<>();
        TiedWeights.of(ancestor, model).once(model.slots()).forEach((name, slot) -> {
            TensorSlot before = ancestor.slots().get(name);
            // What is floating in the ancestor alone is kept, to be refused.
            if (slot.dtype().isFloating() || (before != null && before.dtype().isFloating())) {
                merged.put(name, slot);
            }
        });
        return merged;
    }

    @Override
    public Naming naming(Checkpoint ancestor, Architecture architecture) {
        return model -> merged(ancestor, model);
    }

    @Override
    public Map<String, String> tied(Checkpoint ancestor, Checkpoint model) {
        return TiedWeights.of(ancestor, model).aliases();
    }

    /** Vocabularies of one size, tied weights that are equal, whole numbers that are the ancestor's. */
    @Override
    public List<Conflict> conflicts(String name, Checkpoint ancestor, Checkpoint model) {
        List<Conflict> conflicts = new ArrayList<>();
        if (Vocabulary.size(ancestor).equals(Vocabulary.size(model))) {
            conflicts.addAll(configuredVocabulary(name, ancestor, model));
        }
        conflicts.addAll(TiedWeights.of(ancestor, model).conflicts(name, model));
        List<TensorSlot> others = ancestor.slots().values().stream()
                .filter(slot -> !slot.dtype().isFloating() && model.slots().containsKey(slot.name()))
                .filter(slot -> !TiedWeights.equal(slot, model.slots().get(slot.name())))
                .toList();
        if (!others.isEmpty()) {
            TensorSlot slot = others.get(0);
            TensorSlot other = model.slots().get(slot.name());
            conflicts.add(new Conflict(
                    name,
                    Conflict.Kind.TYPES,
                    others.stream().map(TensorSlot::name).toList(),
                    other.file() + ": " + other.name() + " holds " + other.dtype() + " " + other.shape()
                            + " that are not the ancestor's " + slot.dtype() + " " + slot.shape() + Fit.and(others),
                    "whole numbers cannot be merged, so they must be equal (quantised models must be saved in a"
                            + " floating-point type first)"));
        }
        return conflicts;
    }

    /** Models of a family that both are of would find each other's tensors: without one, the names must be the ancestor's. */
    @Override
    public String remedy(Checkpoint ancestor, Checkpoint model) {
        return unknown(ancestor) + " (expected " + known
                + "), so the models must hold tensors of the same names and shapes";
    }

    private static List<Conflict> configuredVocabulary(String name, Checkpoint ancestor, Checkpoint model) {
        Optional<Long> expected = Vocabulary.configured(ancestor);
        Optional<Long> found = Vocabulary.configured(model);
        return expected.isEmpty() || found.isEmpty() || expected.equals(found)
                ? List.of()
                : List.of(new Conflict(
                        name,
                        Conflict.Kind.VOCABULARY,
                        List.of(),
                        model.folder().resolve(CONFIG) + ": vocab_size is " + found.get() + ", the ancestor's is "
                                + expected.get(),
                        Vocabulary.REMEDY));
    }

    @Override
    public Saving saving(Checkpoint ancestor, Architecture architecture, Optional<String> dtype) {
        Optional<DType> wanted = dtype.map(Saving::type);
        Function<TensorSlot, DType> type =
                slot -> slot.dtype().isFloating() ? wanted.orElse(slot.dtype()) : slot.dtype();
        List<TensorSlot> carried = ancestor.slots().values().stream()
                .filter(slot -> !slot.dtype().isFloating())
                .toList();
        Map<String, String> aliases =
                new LinkedHashMap<>(TiedWeights.of(ancestor, ancestor).aliases());
        aliases.keySet().retainAll(ancestor.slots().keySet());
        Map<String, ObjectNode> made = new LinkedHashMap<>();
        if (dtype.isPresent()) {
            ancestor.json(CONFIG).ifPresent(config -> {
                ObjectNode copy = config.deepCopy();
                Saving.named(copy, dtype);
                made.put(CONFIG, copy);
            });
        }
        return new Saving(
                type,
                UnaryOperator.identity(),
                carried,
                aliases,
                made,
                beside(ancestor)
                        .filter(file -> !made.containsKey(file.getFileName().toString()))
                        .toList());
    }

    private static Stream<Path> beside(Checkpoint ancestor) {
        if (!Files.isDirectory(ancestor.path())) {
            return Stream.concat(CONFIGURATION.stream(), Tokenizer.FILES.stream())
                    .map(ancestor.folder()::resolve);
        }
        try (Stream<Path> files = Files.list(ancestor.folder())) {
            return files
                    .filter(Files::isRegularFile)
                    .filter(file -> BESIDE_THE_WEIGHTS
                            .matcher(file.getFileName().toString())
                            .matches())
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new AmalgamException(ancestor.folder() + ": cannot be listed (" + e.getMessage() + ")", e);
        }
    }

    /** By the class that the configuration names. */
    @Override
    public Loading loading(Checkpoint ancestor) {
        Optional<String> made = ancestor.json(CONFIG)
                .map(config -> config.path("architectures").path(0).asText())
                .filter(name -> name.matches("[A-Za-z]\\w*"));
        return made.map(name -> new Loading(
                        "transformers",
                        List.of(
                                "from transformers import " + name,
                                "",
                                "model = " + name + ".from_pretrained(\"path/to/this/folder\")")))
                .orElseGet(() -> new Loading(
                        "safetensors",
                        List.of(
                                "from pathlib import Path",
                                "from safetensors.torch import load_file",
                                "",
                                "state = {}",
                                "for file in sorted(Path(\"path/to/this/folder\").glob(\"*.safetensors\")):",
                                "    state.update(load_file(file))")));
    }
}
