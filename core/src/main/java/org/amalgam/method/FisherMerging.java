package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.merge.FisherAverage;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.statistic.FisherInformation;
import org.amalgam.statistic.FisherInformation.Labels;
import org.amalgam.statistic.Samples;
import org.amalgam.statistic.Statistics;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The average of the fine-tuned models weighted entry by entry with the diagonal of their Fisher information (Matena and
 * Raffel, NeurIPS 2022): where a model's predictions hang on a parameter, that model's value counts.
 */
public record FisherMerging(
        @Setting(
                value = "[]",
                help = "regular expressions; parameters whose names begin with a match keep the ancestor's values")
        List<String> excludeParamNamesRegex,

        @Setting(value = "true", help = "divide each model's information by its norm, so that all models count alike")
        boolean normalizeFisherWeight,

        @Setting(value = "1e-6", help = "m, added to all information, above 0")
        double minimalFisherWeight,

        @Setting(value = "256", atLeast = 1, help = "training samples of each task that information is taken on")
        int numFisherExamples,

        @Setting(
                value = "model",
                help = "whose labels the likelihood is of: the model's own predictions, or the data's")
        Labels labels,

        @Setting(value = "32", atLeast = 1, help = "samples whose gradients are summed before they are squared")
        int batchSize,

        @Setting(value = "true", help = "draw the samples; false takes the first ones, as the reference does")
        boolean shuffle,

        @Setting(value = "null", help = "folder of saved statistics, in place of the training data")
        Optional<Path> statistics,

        @Setting(value = "null", help = "folder to save the statistics in; relative to the run's folder")
        Optional<String> saveStatistics,

        @Setting(value = "0", help = "accepted for the reference's sake")
        int numWorkers)
        implements Method {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        Excluded excluded = Excluded.of(excludeParamNamesRegex);
        Statistics information = new Statistics(
                new FisherInformation(labels, name -> !excluded.contains(name)),
                new Samples("num_fisher_examples", numFisherExamples, batchSize, shuffle),
                statistics,
                SavedFile.folder("method.save_statistics", saveStatistics, run));
        List<String> notes = new ArrayList<>();
        return merge(pool, use -> notes.addAll(information.each(pool, run, use)))
                .withNotes(notes);
    }

    /** Merges with information from elsewhere: float32 tensors by parameter. */
    public MergedModel merge(ModelPool pool, Statistics.Source information) {
        requireFit(pool);
        Excluded excluded = Excluded.of(excludeParamNamesRegex);
        Weights ancestor = pool.ancestor().weights();
        List<String> names = ancestor.names().stream()
                .filter(name -> !excluded.contains(name))
                .toList();
        try (Scope scope = Scope.open()) {
            FisherAverage average = new FisherAverage(ancestor, names, normalizeFisherWeight, minimalFisherWeight);
            information.each((k, fisher) -> average.add(pool.experts().get(k).weights(), fisher));
            Map<String, Tensor> averaged = average.average();
            return MergedModel.of(scope.keep(ancestor.map((name, theta) -> averaged.containsKey(name)
                    ? averaged.get(name)
                    : theta.to(DType.F32).copy())));
        }
    }

    @Override
    public void requireFit(ModelPool pool) {
        Method.super.requireFit(pool);
        if (!(minimalFisherWeight > 0)) {
            throw new AmalgamException("method.minimal_fisher_weight: " + minimalFisherWeight
                    + " leaves entries that no sample moves without a weight; give a small positive number");
        }
        Excluded.of(excludeParamNamesRegex);
    }

    @Override
    public boolean usesTrainingData() {
        return statistics.isEmpty();
    }

    @Override
    public boolean readsLabels() {
        return statistics.isEmpty() && labels == Labels.DATA;
    }

    /** Two sums and the merged model; while information is taken, two tensors a parameter for every worker. */
    @Override
    public long memory(ModelPool pool, Run run) {
        int workers = usesTrainingData() ? run.workers().count() : 0;
        return Method.super.memory(pool, run) * (2 + Math.max(1, 2L * workers));
    }

    @Override
    public long activationBytes(ModelPool pool) {
        return usesTrainingData() ? pool.architecture().activationBytes() * batchSize : 0;
    }
}
