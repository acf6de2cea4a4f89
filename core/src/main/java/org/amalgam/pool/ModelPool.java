package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.merge.LinearMerge;
import org.amalgam.merge.SpannedMerge;
import org.amalgam.merge.TaskMatrices;
import org.amalgam.merge.TaskVectors;
import org.amalgam.model.Architecture;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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

    /** Task vectors of so many bytes are held: below, a pass over the models costs more in calls than in memory. */
    private static final long HELD_BYTES = 512L << 20;

    /** Merges one parameter; the tensors are float32. */
    @FunctionalInterface
    public interface TensorMerge {
        Tensor merge(String name, Tensor ancestor, List<Tensor> experts);
    }

    public ModelPool {
        experts = List.copyOf(experts);
    }

    /**
     * Maps models of the ancestor's family and looks through their numbers. The tensors belong to the scope that is open.
     *
     * @param ancestor folder, or file of weights, of the pre-trained model
     * @param experts folders or files by task
     * @throws AmalgamException if a folder cannot be read, a model does not fit the ancestor, or a number is NaN or infinite
     */
    public static ModelPool open(
            Path ancestor, Map<String, Path> experts, Supplier<List<Task>> adaptation, Supplier<List<Task>> training) {
        return mapped(ancestor, experts, adaptation, training).checked();
    }

    /**
     * The same pool, all of whose numbers were looked at.
     *
     * @throws AmalgamException if one is NaN or infinite
     */
    public ModelPool checked() {
        return new ModelPool(
                architecture,
                ancestor.checked(),
                experts.stream().map(Model::checked).toList(),
                adaptation,
                training);
    }

    /**
     * {@link #open(Path, Map, Supplier, Supplier)} without a look at the numbers: for those who read them through
     * {@link Model#values} and {@link #taskMatrices}, which look while they read.
     *
     * @throws AmalgamException as {@link Compatibility} says
     */
    public static ModelPool mapped(
            Path ancestor, Map<String, Path> experts, Supplier<List<Task>> adaptation, Supplier<List<Task>> training) {
        return Compatibility.of(ancestor, experts).pool(adaptation, training);
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

    /** Merges parameter by parameter, each as a whole: one in flight at a time, the result in float32. */
    public Weights mergeEach(TensorMerge merge) {
        Map<String, Tensor> merged = new LinkedHashMap<>();
        ancestor.weights().entries().forEach((name, theta) -> {
            try (Scope scope = Scope.open()) {
                List<Tensor> tensors = experts.stream()
                        .map(expert -> expert.tensor(name).to(DType.F32))
                        .toList();
                merged.put(name, scope.keep(merge.merge(name, theta.to(DType.F32), tensors)));
            }
        });
        return new Weights(merged);
    }

    /** A model of the ancestor's names and shapes whose values are computed span by span, when they are looked at. */
    public LazyWeights lazily(Function<String, LazyWeights.Values> merge) {
        Map<String, LazyWeights.Parameter> parameters = new LinkedHashMap<>();
        ancestor.weights()
                .entries()
                .forEach((name, theta) -> parameters.put(name, LazyWeights.Parameter.of(theta, merge.apply(name))));
        return LazyWeights.of(parameters);
    }

    /** A span of a parameter of each expert, float32. */
    public List<Tensor> values(String parameter, Span span) {
        return experts.stream().map(expert -> expert.values(parameter, span)).toList();
    }

    /**
     * Those parameters of the same models mapped anew: the tensors belong to the scope that is open, and the pages that were
     * read leave memory with it.
     */
    public ModelPool mappedAgain(Predicate<String> parameters) {
        return new ModelPool(
                architecture,
                ancestor.only(parameters).mappedAgain(),
                experts.stream()
                        .map(expert -> expert.only(parameters).mappedAgain())
                        .toList(),
                adaptation,
                training);
    }

    /** {@link #mappedAgain} of one fine-tuned model alone. */
    public Model expertMappedAgain(int expert, Predicate<String> parameters) {
        return experts.get(expert).only(parameters).mappedAgain();
    }

    /** The task vectors of every parameter. */
    public TaskVectors taskVectors() {
        return TaskVectors.of(
                ancestor.weights(), experts.stream().map(Model::weights).toList());
    }

    /**
     * What merges these models with coefficients: of task vectors that are held where they are small, and made anew of the mapped
     * models at every pass where they are not.
     *
     * @param crew shares out what is made anew
     */
    public LinearMerge linearMerge(Crew crew) {
        return holdsTaskVectors() ? taskVectors() : spannedMerge(crew);
    }

    /** {@link #linearMerge(Crew)} with other task vectors: what was made of these models'. */
    public LinearMerge linearMerge(TaskMatrices vectors, Crew crew) {
        return holdsTaskVectors()
                ? TaskVectors.held(ancestor.weights(), vectors)
                : new SpannedMerge(ancestor.weights(), experts.size(), name -> vectors, crew);
    }

    LinearMerge spannedMerge(Crew crew) {
        return new SpannedMerge(
                ancestor.weights(),
                experts.size(),
                name -> mappedAgain(name::equals).taskMatrices(List.of()),
                crew);
    }

    /** Whether {@link #linearMerge} holds the task vectors. */
    public boolean holdsTaskVectors() {
        return experts.size() * architecture.elements() * Float.BYTES <= HELD_BYTES;
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

    /** The task vectors of every parameter but those named, made of the mapped models when a span is asked for. */
    public TaskMatrices taskMatrices(List<String> without) {
        return new MappedTaskVectors(ancestor.only(name -> !without.contains(name)), experts);
    }

    /** What writes models and mixtures that were made of this pool. */
    public ModelWriter writer() {
        return new ModelWriter(this);
    }
}
