package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.figure.Figure;
import org.amalgam.mixture.SmileUpscaling;
import org.amalgam.nn.Layers;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Merges with coefficients that a mixture's gates give: every linear map is upscaled as SMILE does (Tang et al., 2024), with
 * dense experts and all of them chosen; what each expert weighs is averaged over training samples; then {@code W = W_0 +
 * sum_k s_k a_k (W_k - W_0)} is dense again.
 */
public record AdaSvd(
        @Setting(
                value = "null",
                help = "s, a factor of the averaged weights: a number, or a list with one a model; null is 1")
        Object scalingFactor,

        @Setting(value = "256", atLeast = 1, help = "training samples of each task that the weights are averaged over")
        int numSamples,

        @Setting(
                value = "16",
                atLeast = 1,
                help = "right singular directions of each task vector that the gate looks at")
        int gateK,

        @Setting(
                value = "false",
                help = "norms and embeddings become the fine-tuned models' mean instead of the ancestor's")
        boolean averageExperts,

        @Setting(value = "cuda", help = "accepted for the reference's sake; the processor computes")
        String device,

        @Setting(value = "null", help = "accepted for the reference's sake; the processor computes")
        Optional<String> upscalingAccelerator,

        @Setting(value = "0", help = "seed by which samples are drawn")
        long seed,

        @Setting(
                value = "null",
                help =
                        "file for the averaged weights, in the run's folder unless it begins with / or .; null saves none")
        Optional<String> saveRouting,

        @Setting(value = "null", help = "averaged weights that an earlier run saved; then no data is looked at")
        Optional<Path> routing)
        implements Method {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        List<Double> factors = factors(pool);
        Optional<Path> file = SavedFile.of("method.save_routing", saveRouting, run);
        List<String> notes = new ArrayList<>();
        Devices.note(device, upscalingAccelerator).ifPresent(notes::add);
        List<Figure> figures = new ArrayList<>();
        AverageRouting average;
        if (routing.isPresent()) {
            average = AverageRouting.read(routing.get(), models(pool));
            notes.add("The routing weights are those of " + routing.get() + ", averaged over "
                    + average.about().get("num_samples") + " training samples a task.");
        } else {
            Calibration calibration = calibration(pool, run);
            Calibration.Result calibrated = calibration.average();
            average = new AverageRouting(calibrated.routing(), about(calibration));
            notes.add("The routing weights were averaged over " + calibration.drawn()
                    + " training samples a task, without their labels.");
            notes.addAll(calibrated.spectra().notes(pool.tasks()));
            figures.add(calibrated.spectra().figure(pool.tasks(), true));
        }
        figures.add(0, average.figure(pool.tasks()));
        file.ifPresent(average::save);
        return MergedModel.of(reduced(pool, average, factors))
                .withFigures(figures)
                .withNotes(notes);
    }

    @Override
    public void requireFit(ModelPool pool) {
        Method.super.requireFit(pool);
        factors(pool);
        if (usesTrainingData()) {
            Calibration.encoder(pool.architecture(), Layers.of(pool.ancestor().weights()));
            upscaling(pool)
                    .requireFit(
                            pool.architecture().linears(),
                            pool.ancestor().weights(),
                            pool.tasks().size());
        }
        routing.ifPresent(file -> AverageRouting.read(file, models(pool)));
    }

    @Override
    public boolean usesTrainingData() {
        return routing.isEmpty();
    }

    /** The merged model, the hidden states of all samples, and a block of experts, an eighth of a model each. */
    @Override
    public long memory(ModelPool pool, Run run) {
        long model = Method.super.memory(pool, run);
        if (routing.isPresent()) {
            return model;
        }
        long samples = (long) numSamples * pool.tasks().size();
        return 2 * model
                + model * pool.tasks().size() / 8
                + samples * pool.architecture().activationBytes() / 100;
    }

    /** The averaged weights of the pool's models on its training data. */
    public AverageRouting average(ModelPool pool, Run run) {
        Calibration calibration = calibration(pool, run);
        return new AverageRouting(calibration.average().routing(), about(calibration));
    }

    private Calibration calibration(ModelPool pool, Run run) {
        return new Calibration(pool, upscaling(pool), Upscaling.base(pool, averageExperts), numSamples, seed, run);
    }

    /** Dense experts, all of them chosen. */
    private SmileUpscaling upscaling(ModelPool pool) {
        return new SmileUpscaling(gateK, -1, pool.tasks().size(), true, true);
    }

    /** The mixture made dense: every expert enters with what it weighed on average. */
    private Weights reduced(ModelPool pool, AverageRouting average, List<Double> factors) {
        Map<String, List<Double>> byParameter = new LinkedHashMap<>();
        pool.architecture().linears().forEach(map -> {
            List<Double> weights = average.byLayer().get(map.name());
            if (weights != null) {
                map.parameters().forEach(name -> byParameter.put(name, weights));
            }
        });
        Weights base = Upscaling.base(pool, averageExperts);
        Map<String, Tensor> merged = new LinkedHashMap<>();
        for (String parameter : base.names()) {
            try (Scope scope = Scope.open()) {
                Weights one = pool.mappedAgain(parameter::equals).mergeEach((name, ancestor, experts) -> {
                    // A copy: the result owns its tensors, and the pool keeps its own.
                    Tensor sum = byParameter.containsKey(name)
                            ? ancestor.copy()
                            : base.get(name).copy();
                    List<Double> weights = byParameter.getOrDefault(name, List.of());
                    for (int k = 0; k < weights.size(); k++) {
                        sum.addInPlace(experts.get(k).sub(ancestor), factors.get(k) * weights.get(k));
                    }
                    return sum;
                });
                merged.putAll(scope.keep(one).entries());
            }
        }
        return new Weights(merged);
    }

    private List<Double> factors(ModelPool pool) {
        int models = pool.tasks().size();
        if (scalingFactor == null) {
            return Collections.nCopies(models, 1.0);
        }
        if (scalingFactor instanceof Number number) {
            return Collections.nCopies(models, number.doubleValue());
        }
        if (scalingFactor instanceof List<?> list && list.stream().allMatch(Number.class::isInstance)) {
            if (list.size() != models) {
                throw new AmalgamException("method.scaling_factor has " + list.size() + " numbers for " + models
                        + " models (" + String.join(", ", pool.tasks()) + "); give one a model, or a single number");
            }
            return list.stream().map(number -> ((Number) number).doubleValue()).toList();
        }
        throw new AmalgamException(
                "method.scaling_factor: expected a number, a list with one number a model, or null, found "
                        + scalingFactor);
    }

    /** What the statistics depend on besides the data. */
    private Map<String, String> models(ModelPool pool) {
        Map<String, String> about = new LinkedHashMap<>(MixtureFile.hashes(pool));
        about.put("gate_k", Integer.toString(gateK));
        about.put("average_experts", Boolean.toString(averageExperts));
        return about;
    }

    private Map<String, String> about(Calibration calibration) {
        Map<String, String> about = models(calibration.pool());
        about.put("num_samples", Integer.toString(calibration.drawn()));
        about.put("seed", Long.toString(seed));
        for (Task task : calibration.pool().trainingTasks()) {
            about.put("data/" + task.name(), task.fingerprint());
        }
        return about;
    }
}
