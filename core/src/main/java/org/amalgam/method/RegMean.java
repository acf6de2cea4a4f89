package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.merge.RegressionAverage;
import org.amalgam.model.LinearSpec;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.statistic.GramMatrices;
import org.amalgam.statistic.Samples;
import org.amalgam.statistic.Statistics;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Merges every linear map in closed form, so that its outputs are closest to those of each model on that model's own inputs
 * (Jin et al., RegMean, ICLR 2023); what is no matrix of a linear map is averaged.
 */
public record RegMean(
        @Setting(value = "256", atLeast = 1, help = "training samples of each task that the Gram matrices are taken on")
        int numRegmeanExamples,

        @Setting(
                value = "0.95",
                help = "factor of the Gram matrices' entries off the diagonal, from 0 to 1; 0 is nearly an average")
        double reduceNonDiagonalRatio,

        @Setting(
                value = "[]",
                help = "regular expressions; parameters whose names begin with a match keep the ancestor's values")
        List<String> excludeParamNamesRegex,

        @Setting(value = "32", atLeast = 1, help = "samples that are drawn together; the result does not depend on it")
        int batchSize,

        @Setting(value = "true", help = "draw the samples; false takes the first ones")
        boolean shuffle,

        @Setting(value = "null", help = "folder of saved statistics, in place of the training data")
        Optional<Path> statistics,

        @Setting(value = "null", help = "folder to save the statistics in; relative to the run's folder")
        Optional<String> saveStatistics,

        @Setting(value = "true", help = "accepted for the reference's sake; the architecture knows how matrices lie")
        boolean weightTranspose,

        @Setting(value = "0", help = "accepted for the reference's sake")
        int numWorkers)
        implements Method {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        Statistics grams = new Statistics(
                new GramMatrices(linears(pool)),
                new Samples("num_regmean_examples", numRegmeanExamples, batchSize, shuffle),
                statistics,
                SavedFile.folder("method.save_statistics", saveStatistics, run));
        List<String> notes = new ArrayList<>();
        return merge(pool, run, use -> notes.addAll(grams.each(pool, run, use))).withNotes(notes);
    }

    /** Merges with Gram matrices from elsewhere: float32 [in, in] by the linear map's name. */
    public MergedModel merge(ModelPool pool, Run run, Statistics.Source grams) {
        requireFit(pool);
        Excluded excluded = Excluded.of(excludeParamNamesRegex);
        List<LinearSpec> linears = linears(pool);
        Map<String, LinearSpec> maps = new HashMap<>();
        linears.forEach(linear -> maps.put(linear.weight(), linear));
        Weights ancestor = pool.ancestor().weights();
        try (Scope scope = Scope.open()) {
            Map<String, RegressionAverage> solved = new LinkedHashMap<>();
            linears.forEach(linear -> {
                long[] shape = inFirst(linear, ancestor.get(linear.weight())).shape();
                solved.put(linear.weight(), new RegressionAverage(shape[0], shape[1], reduceNonDiagonalRatio));
            });
            grams.each((k, matrices) -> run.workers().together(() -> {
                for (LinearSpec linear : linears) {
                    try (Scope inner = Scope.open()) {
                        Tensor weight = pool.experts().get(k).tensor(linear.weight());
                        solved.get(linear.weight())
                                .add(matrices.get(linear.name()), inFirst(linear, weight.to(DType.F32)));
                    }
                }
                return k;
            }));
            return MergedModel.of(scope.keep(pool.mergeEach((name, theta, experts) -> {
                if (excluded.contains(name)) {
                    return theta.copy();
                }
                return solved.containsKey(name)
                        ? run.workers().together(() -> solution(maps.get(name), solved.get(name)))
                        : Tensor.stack(experts).mean(0);
            })));
        }
    }

    private List<LinearSpec> linears(ModelPool pool) {
        Excluded excluded = Excluded.of(excludeParamNamesRegex);
        return pool.architecture().linears().stream()
                .filter(linear -> !excluded.contains(linear.weight()))
                .toList();
    }

    private static Tensor solution(LinearSpec linear, RegressionAverage average) {
        return stored(
                        linear,
                        average.solve()
                                .orElseThrow(() -> new AmalgamException("the Gram matrices of " + linear.weight()
                                        + " add up to a singular matrix: the samples do not reach every input; take more with"
                                        + " method.num_regmean_examples, set method.reduce_non_diagonal_ratio below 1, or leave"
                                        + " the parameter out with method.exclude_param_names_regex")))
                .contiguous();
    }

    /** A matrix as it is applied to rows, [in, out]. */
    private static Tensor inFirst(LinearSpec linear, Tensor stored) {
        return linear.outFirst(stored).transpose(0, 1);
    }

    private static Tensor stored(LinearSpec linear, Tensor inFirst) {
        return linear.outFirst(inFirst.transpose(0, 1));
    }

    @Override
    public void requireFit(ModelPool pool) {
        Method.super.requireFit(pool);
        if (!(reduceNonDiagonalRatio >= 0 && reduceNonDiagonalRatio <= 1)) {
            throw new AmalgamException("method.reduce_non_diagonal_ratio: " + reduceNonDiagonalRatio
                    + " is no part of what lies off the diagonal; give a number from 0 to 1");
        }
        Excluded.of(excludeParamNamesRegex);
    }

    @Override
    public boolean usesTrainingData() {
        return statistics.isEmpty();
    }

    /** The merged model and, for each linear map, two Gram matrices (the sum and one model's) and a sum of products. */
    @Override
    public long memory(ModelPool pool, Run run) {
        Weights ancestor = pool.ancestor().weights();
        long matrices = linears(pool).stream()
                .mapToLong(linear -> {
                    long[] shape =
                            inFirst(linear, ancestor.get(linear.weight())).shape();
                    return shape[0] * (2 * shape[0] + shape[1]);
                })
                .sum();
        return Method.super.memory(pool, run) + matrices * Float.BYTES;
    }

    @Override
    public long activationBytes(ModelPool pool) {
        return usesTrainingData() ? pool.architecture().activationBytes() * numRegmeanExamples : 0;
    }
}
