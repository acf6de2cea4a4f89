package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.cli.Console;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.pool.Compatibility;
import org.amalgam.pool.Conflict;
import org.amalgam.pool.ModelPool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is found before a merge: the models, what keeps them from being merged, and what the merge would take.
 *
 * @param plan empty where the ancestor is unsound, or the method cannot merge such models
 * @param conflicts of the models, the method and the machine
 */
record Check(String method, Compatibility models, Optional<Plan> plan, List<Conflict> conflicts) {

    Check {
        conflicts = List.copyOf(conflicts);
    }

    /** Looks at everything, whatever is found first. The tensors that are mapped belong to the scope that is open. */
    static Check of(Compatibility models, MethodChoice method, boolean judges, RunConfig config) {
        List<Conflict> conflicts = new ArrayList<>(models.conflicts());
        Optional<Plan> plan = Optional.empty();
        Optional<ModelPool> outline = models.outline();
        if (outline.isPresent()) {
            try {
                if (judges && method.method().hasFront()) {
                    Neighbour.all(config.settings().evaluation().beside())
                            .forEach(neighbour -> neighbour.requireFit(outline.get()));
                }
                plan = Optional.of(Plan.of(method, outline.get(), judges, config));
                conflicts.addAll(plan.get().conflicts());
            } catch (AmalgamException e) {
                conflicts.add(Conflict.of("", Conflict.Kind.METHOD, e));
            }
        }
        return new Check(config.work().name(), models, plan, conflicts);
    }

    void print(Console console) {
        new CheckPage(this, console).print();
        console.json(CheckJson.of(this).toPrettyString());
    }
}
