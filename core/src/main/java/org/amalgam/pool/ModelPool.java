package org.amalgam.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.merge.TaskMatrices;
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
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What is merged: a pre-trained ancestor and the models fine-tuned from it.
 *
 * @param architecture the ancestor's
 * @param experts the fine-tuned models in the order given; a model's name is its task's
 * @param adaptation the tasks whose samples methods may adapt to; opened when first asked for
 * @param training the tasks on whose training samples methods take statistics; opened when first asked for
 */
public record ModelPool(
        Architecture architecture,
        Model ancestor,
        List<Model> experts,
        Supplier<List<Task>> adaptation,
        Supplier<List<Task>> training) {

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
    public static ModelPool open(
            Path ancestor, Map<String, Path> experts, Supplier<List<Task>> adaptation, Supplier<List<Task>> training) {
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
        return new ModelPool(architecture, base, models, adaptation, training);
    }

    /** {@link #open(Path, Map, Supplier, Supplier)} without training data. */
    public static ModelPool open(Path ancestor, Map<String, Path> experts, Supplier<List<Task>> adaptation) {
        return open(ancestor, experts, adaptation, none("train_datasets"));
    }

    /** {@link #open(Path, Map, Supplier)} without any data: for the methods that look at weights alone. */
    public static ModelPool open(Path ancestor, Map<String, Path> experts) {
        return open(ancestor, experts, none("test_datasets"));
    }

    /** What stands in for data that a pool does not have: asked for, it says under which key to name them. */
    public static Supplier<List<Task>> none(String key) {
        return new NoData(key);
    }

    private record NoData(String key) implements Supplier<List<Task>> {
        @Override
        public List<Task> get() {
            throw new AmalgamException("modelpool." + key + ": this method looks at samples, and the pool names none");
        }
    }

    /** The ancestor, then the experts. */
    public List<Model> models() {
        return Stream.concat(Stream.of(ancestor), experts.stream()).toList();
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

    /**
     * The training data of every task, in the models' order.
     *
     * @throws AmalgamException if the pool has no training data for a task
     */
    public List<Task> trainingTasks() {
        return training.get();
    }

    /** {@link #trainingTasks()} where the pool has any, for those who can do without. */
    public Optional<List<Task>> knownTrainingTasks() {
        return training instanceof NoData ? Optional.empty() : Optional.of(training.get());
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

    /** The task vectors of every parameter. */
    public TaskVectors taskVectors() {
        return TaskVectors.of(
                ancestor.weights(), experts.stream().map(Model::weights).toList());
    }

    /** The task vectors of every parameter but those named. */
    public TaskVectors taskVectors(List<String> without) {
        return only(name -> !without.contains(name)).taskVectors();
    }

    /** The same pool with those parameters alone. */
    public ModelPool only(Predicate<String> parameters) {
        return new ModelPool(
                architecture,
                ancestor.only(parameters),
                experts.stream().map(expert -> expert.only(parameters)).toList(),
                adaptation,
                training);
    }

    /** The task vectors of every parameter but those named, each row made of the mapped models when it is asked for. */
    public TaskMatrices taskMatrices(List<String> without) {
        Weights theta = ancestor.only(name -> !without.contains(name)).weights();
        return new TaskMatrices() {
            @Override
            public List<String> names() {
                return theta.names();
            }

            @Override
            public int tasks() {
                return experts.size();
            }

            @Override
            public long elements(String name) {
                return theta.get(name).elements();
            }

            @Override
            public Tensor row(String name, int task) {
                Tensor expert = experts.get(task).weights().get(name).to(DType.F32);
                return expert.sub(theta.get(name).to(DType.F32)).flatten();
            }
        };
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
}
