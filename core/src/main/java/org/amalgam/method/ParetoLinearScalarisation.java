package org.amalgam.method;

import org.amalgam.adapt.Aggregation;
import org.amalgam.pareto.Preference;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * PWEMoE-LS (Tang et al., Towards efficient Pareto set approximation via mixture of experts based model fusion, 2024): routers that
 * read a preference r and make of it the merging coefficients of every upscaled layer, learned to make {@code sum_k r_k L_k} small.
 */
public record ParetoLinearScalarisation(
        @Setting(value = "true", help = "whether the feed-forward layers have routers")
        boolean upscaleMlp,

        @Setting(value = "true", help = "whether the attention layers have routers")
        boolean upscaleAttn,

        @Setting(
                value = "0.3",
                help = "coefficient of task arithmetic, and nearly every coefficient before the first step")
        double initLambda,

        @Setting(value = "2", help = "depth of the routers: 1 one linear map, 2 a perceptron")
        int routerHiddenLayers,

        @Setting(
                value = "1e-5",
                atLeast = 0,
                help = "learning rate of the first step; it falls to a tenth along half a cosine")
        double lr,

        @Setting(value = "8000", atLeast = 0, help = "steps of learning")
        int numSteps,

        @Setting(
                value = "2000",
                help =
                        "steps from one checkpoint of the routers to the next, in checkpoints/ of the run's folder; 0 keeps none")
        int saveInterval,

        @Setting(
                value = "1",
                help =
                        "concentration of the Dirichlet distribution of preferences: 1 is uniform, less is near single tasks")
        double alpha,

        @Setting(help = "how training samples are drawn") DataloaderSettings dataloaderKwargs,

        @Setting(value = "null", help = "file of learned routers to use instead of learning; false and null use none")
        Optional<String> checkpointPath,

        @Setting(
                value = "null",
                help =
                        "what each task is worth in the model that is made, in the pool's order and any scale; null is all alike")
        Optional<List<Double>> preference,

        @Setting(value = "true", help = "whether the models of a grid of preferences are judged after learning")
        boolean evalGrid,

        @Setting(value = "null", help = "tasks of the grid's preferences; null is the pool's number, which it must be")
        Optional<Integer> evalGridN,

        @Setting(
                value = "2",
                help = "levels of the grid: weights are multiples of 1 / (eval_grid_m - 1); 2 are single tasks")
        int evalGridM)
        implements Method {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        return learning().merge(pool, run, ParetoLinearScalarisation::aggregation);
    }

    /** {@code sum_k r_k L_k} with the preference r of each step. */
    public static Aggregation aggregation(IntFunction<Preference> rays) {
        return new Aggregation.Scalarised(
                (step, task) -> rays.apply(step).weights().get(task));
    }

    @Override
    public void requireFit(ModelPool pool) {
        Method.super.requireFit(pool);
        learning().requireFit(pool);
    }

    private ParetoLearning learning() {
        return new ParetoLearning(
                upscaleMlp,
                upscaleAttn,
                initLambda,
                routerHiddenLayers,
                lr,
                numSteps,
                saveInterval,
                alpha,
                dataloaderKwargs.batchSize(),
                checkpointPath,
                preference,
                evalGrid,
                evalGridN,
                evalGridM);
    }

    @Override
    public boolean usesTrainingData() {
        return learning().learns();
    }

    @Override
    public boolean readsLabels() {
        return learning().learns();
    }

    @Override
    public Steps steps(ModelPool pool) {
        return learning().steps(pool);
    }

    @Override
    public int frontSize(ModelPool pool) {
        return learning().grid(pool).size();
    }

    @Override
    public long memory(ModelPool pool, Run run) {
        return learning().memory(pool, run);
    }

    @Override
    public long activationBytes(ModelPool pool) {
        return usesTrainingData()
                ? pool.architecture().activationBytes()
                        * dataloaderKwargs.batchSize()
                        * pool.tasks().size()
                : 0;
    }
}
