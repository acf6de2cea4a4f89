package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.cli.Console;
import org.amalgam.hub.Hub;
import org.amalgam.hub.HubEnvironment;
import org.amalgam.hub.HubReference;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Where a name becomes a folder: a path stays one, a name of the hub is fetched into the cache. Each name is looked up once, so a run
 * never mixes two commits of one revision.
 */
final class Folders {

    private final Supplier<HubEnvironment> environment;
    private final Console console;
    private final Map<List<String>, List<Path>> found = new HashMap<>();
    private Hub hub;

    /** @param environment asked at the first name of the hub: who merges local folders need not have a sound one */
    Folders(Supplier<HubEnvironment> environment, Console console) {
        this.environment = environment;
        this.console = console;
    }

    /** As this process's variables say. */
    static Folders ofThisProcess(Console console) {
        return new Folders(HubEnvironment::ofThisProcess, console);
    }

    /** The folder of a model, or a file with its weights. */
    Path model(ModelReference reference) {
        return look(reference, List.of("model"), (hub, name) -> List.of(hub.model(name)))
                .get(0);
    }

    /** The folder of a model's image processor: the model's own, where that was asked for before. */
    Path processor(ModelReference reference) {
        if (found.containsKey(List.of("model", reference.text()))) {
            return model(reference);
        }
        return look(reference, List.of("processor"), (hub, name) -> List.of(hub.withoutWeights(name)))
                .get(0);
    }

    /**
     * A data set's folder or file, or the Parquet files of its split.
     *
     * @param configuration one of a hub's data set; empty for the only one
     * @param split empty for the only one
     */
    List<Path> dataset(ModelReference reference, String configuration, String split) {
        return look(
                reference,
                List.of("dataset", configuration, split),
                (hub, name) -> hub.dataset(name, configuration, split));
    }

    private List<Path> look(
            ModelReference reference, List<String> what, BiFunction<Hub, HubReference, List<Path>> fetch) {
        if (!reference.isHub()) {
            return List.of(reference.path());
        }
        List<String> question = new ArrayList<>(what);
        question.add(reference.text());
        List<Path> known = found.get(question);
        if (known == null) {
            try {
                known = fetch.apply(hub(), HubReference.of(reference.text()).orElseThrow());
            } catch (AmalgamException e) {
                throw new AmalgamException(
                        reference.key() + ": " + reference + " is no path here, and " + e.getMessage(), e);
            }
            found.put(question, known);
        }
        return known;
    }

    private Hub hub() {
        if (hub == null) {
            hub = new Hub(environment.get(), console, console::warn);
        }
        return hub;
    }

    /** What to call a model: its name on the hub, or its folder's. */
    static String name(Path folder) {
        return HubReference.ofSnapshot(folder).map(HubReference::name).orElseGet(() -> folder.getFileName()
                .toString());
    }
}
