package org.amalgam.method;

import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Adaptation.Adapted;
import org.amalgam.adapt.Learner;
import org.amalgam.adapt.Objective;
import org.amalgam.merge.Coefficients;
import org.amalgam.merge.Coefficients.Granularity;
import org.amalgam.merge.Composition;
import org.amalgam.merge.LinearMerge;
import org.amalgam.merge.MergeFunction;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.model.Architecture;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * AdaMerging (Yang et al., ICLR 2024): learns lambda in {@code theta_0 + sum_k lambda_k tau_k} by making the entropy of the
 * merged model's predictions small on unlabelled test samples; one lambda a task, or one a task and parameter tensor. With
 * TIES-pruned task vectors it is AdaMerging++.
 */
public record AdaMerging(
        @Setting(
                value = "clip_layer_wise_adamerging",
                help =
                        "how finely coefficients differ: one a task and parameter tensor, or one a task; gpt2: layer-wise with"
                                + " the reference's objective for GPT-2",
                oneOf = {"clip_layer_wise_adamerging", "clip_task_wise_adamerging", GPT2})
        String name,

        @Setting(value = "null", help = "given coefficients instead of learned ones: a list, or a .pt or .npy file")
        Object weights,

        @Setting(
                value = "adam",
                help = "how coefficients follow their gradient",
                oneOf = {"adam", "sgd"})
        String optimizer,

        @Setting(value = "1e-3", atLeast = 0, help = "learning rate")
        double lr,

        @Setting(value = "0.3", help = "every coefficient before the first step; null gives 1 / number of tasks")
        Optional<Double> initValues,

        @Setting(value = "false", help = "cut coefficients to [0, 1] while merging; the stored ones are not cut")
        boolean clampWeights,

        @Setting(value = "true", help = "accepted for the reference's sake; the models tie nothing")
        boolean tieWeights,

        @Setting(value = "false", help = "accepted for the reference's sake; names are always checked strictly")
        boolean strict,

        @Setting(
                value = "null",
                help = "AdaMerging++: share of each task vector that TIES keeps (20 in the paper, in %)")
        Optional<Double> tiesThreshold,

        @Setting(value = "16", atLeast = 1, help = "samples of each task a step")
        int batchSize,

        @Setting(value = "true", help = "draw samples in a fresh random order each epoch")
        boolean shuffle,

        @Setting(value = "8", help = "accepted for the reference's sake; decoding uses the machine's processors")
        int numWorkers,

        @Setting(value = "1", help = "accepted for the reference's sake; one process computes")
        int devices,

        @Setting(value = "1000", atLeast = 0, help = "steps of adaptation")
        int maxSteps,

        @Setting(value = "false", help = "a single step, to see that a run would work")
        boolean fastDevRun,

        @Setting(
                value = "merging_weights.pt",
                help = "file for the learned coefficients, in the run's folder unless it begins with / or .;"
                        + " null saves none")
        Optional<String> saveMergingWeights,

        @Setting(value = "outputs", help = "folder in which zero-shot heads are kept for later runs")
        String cacheDir)
        implements Method {

    private static final String GPT2 = "gpt2_layer_wise_adamerging";

    @Override
    public String title(String chosen) {
        return (granularity() == Granularity.TASK ? "task-wise " : "layer-wise ")
                + chosen
                + (tiesThreshold.isPresent() ? " with TIES" : "");
    }

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        LinearMerge vectors =
                run.profiler().measure("construct the wrapped model", () -> linearMerge(pool, run.workers()));
        if (weights != null) {
            Coefficients given = CoefficientsFile.of(weights, granularity(), vectors.tasks(), vectors.layers());
            return MergedModel.of(vectors.merge(used(given))).withCoefficients(given);
        }
        Optional<Path> file = SavedFile.of("method.save_merging_weights", saveMergingWeights, run);
        Adapted adapted = adapt(learner(vectors, pool.architecture()), pool, run);
        Coefficients learned = coefficients(adapted.parameters());
        file.ifPresent(path -> CoefficientsFile.save(path, learned));
        Weights merged = run.profiler().measure("merging weights", () -> vectors.merge(used(learned)));
        return MergedModel.of(merged)
                .withCoefficients(learned)
                .withTrace(adapted.trace())
                .withNotes(List.of(
                        "The coefficients were adapted to the test samples of the tasks, without their labels."));
    }

    @Override
    public void requireFit(ModelPool pool) {
        Method.super.requireFit(pool);
        tiesThreshold.ifPresent(AdaMerging::trimming);
        if (weights != null) {
            int layers = pool.ancestor().weights().entries().size();
            try (Scope scope = Scope.open()) {
                CoefficientsFile.of(weights, granularity(), pool.tasks().size(), layers);
            }
        }
    }

    @Override
    public boolean usesData() {
        return weights == null;
    }

    @Override
    public Steps steps(ModelPool pool) {
        return usesData() ? Steps.of(stepCount(), batchSize, pool) : Steps.NONE;
    }

    private int stepCount() {
        return fastDevRun ? 1 : maxSteps;
    }

    /**
     * The ancestor and K task vectors where they are held, the merged model and, while it is adapted, a gradient for every worker;
     * activations too where no batch may be cut.
     */
    @Override
    public long memory(ModelPool pool, Run run) {
        long model = Method.super.memory(pool, run);
        return (pool.holdsTaskVectors() ? model * (pool.tasks().size() + 1L) : 0)
                + model * (usesData() ? 1L + run.workers().count() : 1)
                + (usesData() && objective().wholeBatches()
                        ? (long) batchSize
                                * Math.min(run.workers().count(), pool.tasks().size())
                                * pool.architecture().activationBytes()
                        : 0);
    }

    @Override
    public long activationBytes(ModelPool pool) {
        return usesData() && !objective().wholeBatches()
                ? pool.architecture().activationBytes()
                        * batchSize
                        * pool.tasks().size()
                : 0;
    }

    /** What is learned: lambda, which a merge makes a network. */
    public Learner learner(LinearMerge vectors, Architecture architecture) {
        double start = initValues.orElse(1.0 / vectors.tasks());
        Coefficients initial = Coefficients.filled(granularity(), vectors, start);
        return new Learner(
                new Weights(Map.of("merging_weights", initial.lambda())),
                parameters -> vectors.merge(used(coefficients(parameters))),
                architecture::encoder,
                parameters -> describe(coefficients(parameters), vectors.tasks()));
    }

    /** Learns on the pool's data with these settings. */
    public Adapted adapt(Learner learner, ModelPool pool, Run run) {
        int microBatch = run.microBatch(pool.architecture().activationBytes());
        return new Adaptation(optimizer, lr, batchSize, stepCount(), shuffle, microBatch)
                .learn(learner, objective(), pool.adaptationTasks(), run);
    }

    /** What is made small: the reference has another surrogate for GPT-2. */
    public Objective objective() {
        return name.equals(GPT2) ? Objective.ENTROPY_OF_MEAN : Objective.ENTROPY;
    }

    /** The pool's task vectors, pruned by TIES for AdaMerging++. */
    private LinearMerge linearMerge(ModelPool pool, Crew crew) {
        if (tiesThreshold.isEmpty()) {
            return pool.linearMerge(crew);
        }
        Composition ties = Composition.ties(trimming(tiesThreshold.get()), MergeFunction.SUM);
        return pool.linearMerge(ties.taskVectors(pool.taskMatrices(List.of()), crew), crew);
    }

    private static Magnitude trimming(double threshold) {
        return Magnitude.ofThreshold("method.ties_threshold", threshold, Extent.MODEL);
    }

    private Granularity granularity() {
        return name.equals("clip_task_wise_adamerging") ? Granularity.TASK : Granularity.LAYER;
    }

    private Coefficients used(Coefficients stored) {
        return clampWeights ? stored.clamped(0, 1) : stored;
    }

    private static Coefficients coefficients(Weights parameters) {
        return new Coefficients(parameters.get("merging_weights"));
    }

    private static Map<String, Double> describe(Coefficients coefficients, int tasks) {
        Map<String, Double> numbers = new LinkedHashMap<>(coefficients.range());
        List<Double> means = coefficients.taskMeans();
        for (int k = 0; k < tasks; k++) {
            numbers.put("weight/" + k, means.get(k));
        }
        return numbers;
    }
}
