package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.adapt.Learner;
import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.pareto.Preference;
import org.amalgam.pareto.PreferenceRouter;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.ModelWriter;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/**
 * A Pareto set that a run of PWEMoE learned (Tang et al., 2024): a dense model for every preference. The routers read the preference
 * and no sample, so that with it fixed nothing is left to route, and the model is a folder of the pool's family like any other.
 *
 * <p>What it holds in memory belongs to the scope that is open when it is made.
 */
public final class ParetoSet {

    /** Its file in the run's folder, written after the last step. */
    public static final String FILE = "routers.safetensors";

    private static final String KEY = "the routers";
    private static final String INITIAL = "init_lambda";

    private final ModelPool pool;
    private final PreferenceRouter router;
    private final PreferenceMerge merge;
    private final Weights routers;

    ParetoSet(ModelPool pool, PreferenceRouter router, PreferenceMerge merge, Weights routers) {
        this.pool = pool;
        this.router = router;
        this.merge = merge;
        this.routers = routers;
    }

    /**
     * The set of a file of routers, {@value #FILE} or a checkpoint, which says itself how deep they are, which layers they upscale
     * and what task arithmetic stands outside those.
     *
     * @param pool of the models that it was learned with, in their order
     * @throws AmalgamException if the file is none of the kind, or belongs to other models or tasks
     */
    public static ParetoSet read(Path file, ModelPool pool) {
        Map<String, String> metadata = RouterFile.metadata(file, KEY);
        String initial = metadata.get(INITIAL);
        if (initial == null) {
            throw new AmalgamException(file + " holds no routers of preferences: its metadata does not say " + INITIAL
                    + "; name a file that a run of pwe_moe_ls_for_clip or pwe_moe_epo_for_clip wrote");
        }
        PreferenceRouter router = new PreferenceRouter(
                RouterFile.depth(file, metadata), pool.tasks().size(), Double.parseDouble(initial));
        Set<String> upscaled = RouterFile.layers(file);
        PreferenceMerge merge = PreferenceMerge.of(
                router,
                pool.architecture().feedForwards().stream().anyMatch(layer -> upscaled.contains(layer.name())),
                pool.architecture().attentions().stream().anyMatch(layer -> upscaled.contains(layer.name())),
                pool);
        return read(file, KEY, pool, router, merge);
    }

    /**
     * The set of a file whose routers must be of that kind.
     *
     * @param key what names the file, for errors
     */
    static ParetoSet read(Path file, String key, ModelPool pool, PreferenceRouter router, PreferenceMerge merge) {
        Weights routers = RouterFile.load(file, key, router.start(merge.names(), new Random(0)), router.depth(), pool);
        String learned = RouterFile.metadata(file, key).get(INITIAL);
        if (learned != null && Double.parseDouble(learned) != router.initial()) {
            throw new AmalgamException(file + ": the routers were learned beside task arithmetic with init_lambda="
                    + learned + ", the settings ask for " + router.initial() + "; set method.init_lambda=" + learned);
        }
        return new ParetoSet(pool, router, merge, routers);
    }

    /** With other routers. */
    ParetoSet with(Weights others) {
        return new ParetoSet(pool, router, merge, others);
    }

    /** See {@link PreferenceMerge#learner}. */
    Learner learner(IntFunction<Preference> rays, Preference looked) {
        return merge.learner(routers, rays, looked);
    }

    /** Names of the upscaled layers. */
    List<String> layers() {
        return merge.names();
    }

    /** The coefficients [K] of one layer. */
    Tensor coefficients(String layer, Preference preference) {
        return merge.coefficients(routers, layer, preference);
    }

    void save(Path file) {
        RouterFile.save(file, routers, router.depth(), pool, Map.of(INITIAL, Double.toString(router.initial())));
    }

    /** The tasks that a preference weighs, in its order. */
    public List<String> tasks() {
        return pool.tasks();
    }

    /** Scalars that were learned. */
    public long parameters() {
        return routers.parameters();
    }

    /** The dense model of a preference, in the ancestor's names and order; new memory of the scope that is open. */
    public Weights weights(Preference preference) {
        try (Autograd.Off off = Autograd.off()) {
            return merge.weights(routers, preference);
        }
    }

    /**
     * Writes the dense model of a preference as {@link ModelWriter#save(Weights, Path)} does: the whole folder, or nothing.
     *
     * @param folder must not exist
     * @throws AmalgamException if it does, or the disk refuses
     */
    public void unload(Preference preference, Path folder) {
        unload(preference, folder, (weights, unfinished) -> {});
    }

    /**
     * As above, with files of others.
     *
     * @param others writes them, of the model's weights, into the folder that is not under its name yet
     */
    public void unload(Preference preference, Path folder, BiConsumer<Weights, Path> others) {
        AtomicFolder.write(folder, unfinished -> {
            try (Scope scope = Scope.open()) {
                Weights weights = weights(preference);
                pool.writer().save(weights, unfinished);
                others.accept(weights, unfinished);
            }
        });
    }
}
