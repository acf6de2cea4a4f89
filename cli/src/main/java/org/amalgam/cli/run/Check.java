package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.cli.Console;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.pool.Compatibility;
import org.amalgam.pool.Conflict;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.PoolEntry;
import org.amalgam.run.Machine;
import org.amalgam.tensor.DType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is found before a merge: the models, what keeps them from being merged, and what the merge would take.
 *
 * @param plan empty where the ancestor is unsound, or the method cannot merge such models
 * @param conflicts of the models, the method and the machine
 * @param notes what the user should know though it keeps nobody from merging
 */
record Check(String method, Compatibility models, Optional<Plan> plan, List<Conflict> conflicts, List<String> notes) {

    Check {
        conflicts = List.copyOf(conflicts);
        notes = List.copyOf(notes);
    }

    /** Looks at everything, whatever is found first. The tensors that are mapped belong to the scope that is open. */
    static Check of(Compatibility models, MethodChoice method, Plan.Judging judging, RunConfig config) {
        List<Conflict> conflicts = new ArrayList<>(models.conflicts());
        Optional<Plan> plan = Optional.empty();
        Optional<ModelPool> outline = models.outline();
        if (outline.isPresent()) {
            try {
                method.method().requireFit(outline.get());
                if (judging.judges() && method.method().frontSize(outline.get()) > 0) {
                    Neighbour.all(config.settings().evaluation().beside())
                            .forEach(neighbour -> neighbour.requireFit(outline.get()));
                }
                plan = Optional.of(Plan.of(method, outline.get(), judging, config));
                conflicts.addAll(plan.get().conflicts());
            } catch (AmalgamException e) {
                conflicts.add(Conflict.of("", Conflict.Kind.METHOD, e));
            }
        }
        return new Check(config.work().name(), models, plan, conflicts, notes(models, plan));
    }

    private static List<String> notes(Compatibility models, Optional<Plan> plan) {
        List<String> notes = new ArrayList<>();
        Map<DType, Long> own = models.ancestor().types();
        List<String> others = models.experts().stream()
                .filter(expert -> !expert.types().keySet().equals(own.keySet())
                        && !expert.slots().isEmpty())
                .map(PoolEntry::name)
                .toList();
        if (!others.isEmpty() && !own.isEmpty()) {
            notes.add(String.join(", ", others) + (others.size() == 1 ? " has" : " have")
                    + " other types than the ancestor: all are merged in float32 and written as the ancestor's are, or as"
                    + " merged_model_save_kwargs.dtype says");
        }
        plan.flatMap(foreseen -> foreseen.shortage(Machine.availableBytes())).ifPresent(notes::add);
        return notes;
    }

    void print(Console console) {
        new CheckPage(this, console).print();
        console.json(CheckJson.of(this).toPrettyString());
    }
}
