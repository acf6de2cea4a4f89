package org.amalgam.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.merge.TaskVectors;
import org.amalgam.model.Architecture;
import org.amalgam.model.ParameterSpec;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is merged: a pre-trained ancestor and the models fine-tuned from it.
 *
 * @param architecture the ancestor's
 * @param experts the fine-tuned models in the order given; a model's name is its task's
 * @param adaptation the tasks whose samples methods may adapt to; opened when first asked for
 */
public record ModelPool(
        Architecture architecture, Model ancestor, List<Model> experts, Supplier<List<Task>> adaptation) {

    /** Merges one parameter; the tensors are float32. */
    @FunctionalInterface
    public interface TensorMerge {
        Tensor merge(String name, Tensor ancestor, List<Tensor> experts);
    }

    public ModelPool {
        experts = List.copyOf(experts);
    }

    /**
     * Maps models of the ancestor's family. The tensors belong to the scope that is open.
     *
     * @param ancestor folder, or file of weights, of the pre-trained model
     * @param experts folders or files by task
     * @throws AmalgamException if a folder cannot be read or a model does not fit the ancestor
     */
    public static ModelPool open(Path ancestor, Map<String, Path> experts, Supplier<List<Task>> adaptation) {
        Checkpoint checkpoint = Checkpoint.open(ancestor);
        Family family = Families.of(checkpoint);
        Architecture architecture = family.architecture(checkpoint);
        Naming naming = family.naming(architecture);
        List<ParameterSpec> specs = architecture.parameters();
        Model base = Model.of("_pretrained_", checkpoint, specs, naming);
        List<Model> models = new ArrayList<>();
        experts.forEach((name, path) -> models.add(Model.of(name, Checkpoint.open(path), specs, naming)));
        if (models.isEmpty()) {
            throw new AmalgamException(
                    "modelpool.models: there is no model to merge besides _pretrained_; add at least one");
        }
        return new ModelPool(architecture, base, models, adaptation);
    }

    /** {@link #open(Path, Map, Supplier)} without data: for the methods that look at weights alone. */
    public static ModelPool open(Path ancestor, Map<String, Path> experts) {
        return open(ancestor, experts, () -> {
            throw new AmalgamException("modelpool.test_datasets: this method adapts to data, and the pool names none");
        });
    }

    /** The tasks' names, in order. */
    public List<String> tasks() {
        return experts.stream().map(Model::name).toList();
    }

    /**
     * The data of every task, in the models' order.
     *
     * @throws AmalgamException if the pool has no data for a task
     */
    public List<Task> adaptationTasks() {
        return adaptation.get();
    }

    /** Merges parameter by parameter: one in flight at a time, the result in float32. */
    public Weights mergeEach(TensorMerge merge) {
        Map<String, Tensor> merged = new LinkedHashMap<>();
        ancestor.weights().entries().forEach((name, theta) -> {
            try (Scope scope = Scope.open()) {
                List<Tensor> tensors = experts.stream()
                        .map(expert -> expert.weights().get(name).to(DType.F32))
                        .toList();
                merged.put(name, scope.keep(merge.merge(name, theta.to(DType.F32), tensors)));
            }
        });
        return new Weights(merged);
    }

    /** The task vectors of every parameter but those named. */
    public TaskVectors taskVectors(List<String> without) {
        return TaskVectors.of(
                without(ancestor, without),
                experts.stream().map(expert -> without(expert, without)).toList());
    }

    /**
     * Writes merged weights as a model folder of the ancestor's family: weights in the ancestor's type, configuration, image
     * processor. A CLIP vision tower becomes what {@code CLIPVisionModel.from_pretrained} loads.
     *
     * @param folder exists and is empty
     */
    public void save(Weights merged, Path folder) throws IOException {
        save(merged, folder, Optional.empty());
    }

    /** {@link #save(Weights, Path)} in the type of that name: float32, float16 or bfloat16. */
    public void save(Weights merged, Path folder, Optional<String> dtype) throws IOException {
        Saving saving = saving(dtype);
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        merged.entries()
                .forEach((name, tensor) -> entries.add(entry(saving.names().apply(name), tensor, saving.type())));
        for (TensorSlot slot : saving.carried()) {
            entries.add(entry(slot.name(), Model.single(slot), saving.type()));
        }
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of(), entries);
        writeConfiguration(saving, folder);
    }

    /** How other software loads what {@link #save(Weights, Path)} writes. */
    public Loading loading() {
        return Families.of(ancestor.checkpoint()).loading();
    }

    private Saving saving(Optional<String> dtype) {
        return Families.of(ancestor.checkpoint()).saving(ancestor.checkpoint(), architecture, dtype);
    }

    /**
     * Writes a mixture of experts as a folder of its own: {@code mixture.safetensors}, with the description as its metadata,
     * and the ancestor's configuration files.
     *
     * @param folder exists and is empty
     */
    public void saveMixture(Weights parts, Map<String, String> description, Path folder) throws IOException {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        parts.entries().forEach((name, tensor) -> entries.add(entry(name, tensor, tensor.dtype())));
        SafetensorsWriter.write(folder.resolve("mixture.safetensors"), description, entries);
        writeConfiguration(saving(Optional.empty()), folder);
    }

    private static void writeConfiguration(Saving saving, Path folder) throws IOException {
        for (Map.Entry<String, ObjectNode> made : saving.made().entrySet()) {
            AtomicFile.write(folder.resolve(made.getKey()), made.getValue().toPrettyString() + "\n");
        }
        for (Path file : saving.copied()) {
            if (Files.exists(file)) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    private static SafetensorsWriter.Entry entry(String name, Tensor tensor, DType type) {
        List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
        return new SafetensorsWriter.Entry(name, type, shape, out -> {
            try (Scope scope = Scope.open()) {
                Tensor rounded = tensor.to(type);
                if (!rounded.isFinite()) {
                    throw new AmalgamException(name + ": the merged values are beyond what " + type
                            + " holds; ask for another type with merged_model_save_kwargs.dtype=float32");
                }
                ByteBuffer bytes = rounded.toBytes();
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
        });
    }

    private static Weights without(Model model, List<String> names) {
        Map<String, Tensor> kept = new LinkedHashMap<>(model.weights().entries());
        kept.keySet().removeAll(names);
        return new Weights(kept);
    }
}
