package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.model.Architecture;
import org.amalgam.model.ParameterSpec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Whether models can be merged into an ancestor: the check that comes before every merge. It reads headers; of the data only
 * what must be equal to the bit, a tensor that a model holds under two names and whole numbers that are not merged.
 *
 * @param ancestor the pre-trained model
 * @param experts the fine-tuned models in the order given
 */
public record Compatibility(PoolEntry ancestor, List<PoolEntry> experts, Optional<Basis> basis) {

    static final String ANCESTOR = "_pretrained_";

    /** What the ancestor says that models must be; empty where it cannot be opened. */
    record Basis(Checkpoint ancestor, Family family, Architecture architecture, Naming naming) {

        List<ParameterSpec> specs() {
            return architecture.parameters();
        }

        /** The model with what there is to say of it. */
        PoolEntry compared(PoolEntry opened) {
            if (opened.checkpoint().isEmpty()) {
                return opened;
            }
            Checkpoint model = opened.checkpoint().get();
            boolean itself = model == ancestor;
            String remedy = itself
                    ? "the configuration beside the weights says otherwise: fetch both again"
                    : family.remedy(ancestor, model);
            List<Conflict> conflicts = new ArrayList<>();
            Fit fit = Fit.of(opened.name(), model, specs(), naming, remedy);
            conflicts.addAll(fit.conflicts());
            if (!itself) {
                conflicts.addAll(family.conflicts(opened.name(), ancestor, model));
            }
            if (!itself && conflicts.isEmpty() && family.has(model)) {
                conflicts.addAll(computedOtherwise(opened.name(), model));
            }
            return new PoolEntry(
                    opened.name(),
                    opened.path(),
                    opened.checkpoint(),
                    fit.slots(),
                    family.tied(ancestor, model),
                    conflicts);
        }

        /**
         * What no tensor's shape tells and the merged network does as the ancestor does, whatever a model was trained with. A
         * model that does not say so itself is taken for one like the ancestor.
         */
        private List<Conflict> computedOtherwise(String name, Checkpoint model) {
            Path says = model.folder().resolve(family.configuration());
            if (architecture.computation().isEmpty() || !Files.exists(says)) {
                return List.of();
            }
            try {
                Map<String, Object> own = family.architecture(model).computation();
                return architecture.computation().entrySet().stream()
                        .filter(expected -> !expected.getValue().equals(own.get(expected.getKey())))
                        .map(expected -> new Conflict(
                                name,
                                Conflict.Kind.NETWORK,
                                List.of(),
                                "%s: %s is %s, expected %s as %s"
                                        .formatted(
                                                says,
                                                expected.getKey(),
                                                own.get(expected.getKey()),
                                                expected.getValue(),
                                                Files.exists(ancestor.folder().resolve(family.configuration()))
                                                        ? "the ancestor's configuration says"
                                                        : "the ancestor is, which has no such file"),
                                "correct the one that is wrong, or leave the model out"))
                        .toList();
            } catch (AmalgamException e) {
                return List.of(Conflict.of(name, Conflict.Kind.FILE, e));
            }
        }
    }

    public Compatibility {
        experts = List.copyOf(experts);
    }

    /**
     * Opens the models and compares them; what is wrong with them is a conflict, not an exception.
     *
     * @param ancestor folder, or file of weights, of the pre-trained model
     * @param experts folders or files by task
     */
    public static Compatibility of(Path ancestor, Map<String, Path> experts) {
        PoolEntry base = PoolEntry.open(ANCESTOR, ancestor, Checkpoint::open);
        // Without an ancestor nothing can be said of an adapter.
        List<PoolEntry> models = experts.entrySet().stream()
                .map(entry -> PoolEntry.open(
                        entry.getKey(),
                        entry.getValue(),
                        path -> base.checkpoint().isPresent()
                                ? Checkpoint.open(path, base.checkpoint().get())
                                : Checkpoint.open(path)))
                .toList();
        if (base.checkpoint().isEmpty()) {
            return new Compatibility(base, models, Optional.empty());
        }
        try {
            Basis basis = basis(base.checkpoint().get());
            return new Compatibility(
                    basis.compared(base), models.stream().map(basis::compared).toList(), Optional.of(basis));
        } catch (AmalgamException e) {
            return new Compatibility(base.with(Conflict.of(ANCESTOR, Conflict.Kind.FILE, e)), models, Optional.empty());
        }
    }

    private static Basis basis(Checkpoint ancestor) {
        Family family = Families.of(ancestor);
        Architecture architecture = family.architecture(ancestor);
        return new Basis(ancestor, family, architecture, family.naming(ancestor, architecture));
    }

    /** The ancestor, then the experts. */
    public List<PoolEntry> models() {
        return Stream.concat(Stream.of(ancestor), experts.stream()).toList();
    }

    /** Everything that stands in the way, the ancestor's first. */
    public List<Conflict> conflicts() {
        Stream<Conflict> none = experts.isEmpty()
                ? Stream.of(new Conflict(
                        "",
                        Conflict.Kind.POOL,
                        List.of(),
                        "modelpool.models: there is no model to merge besides " + ANCESTOR,
                        "add at least one"))
                : Stream.empty();
        return Stream.concat(models().stream().flatMap(model -> model.conflicts().stream()), none)
                .toList();
    }

    /**
     * Maps the models. The tensors belong to the scope that is open; their numbers are not looked at.
     *
     * @throws AmalgamException if there is a conflict
     */
    public ModelPool pool(Supplier<List<Task>> adaptation, Supplier<List<Task>> training) {
        Conflict.refuse(conflicts());
        Basis known = basis.orElseThrow();
        return new ModelPool(
                known.architecture(),
                mapped(known, ancestor),
                experts.stream().map(expert -> mapped(known, expert)).toList(),
                adaptation,
                training);
    }

    /**
     * The pool as it would be if every model fitted: enough to foresee what a method takes and whether it can merge so many
     * models of that architecture. Empty where the ancestor itself is unsound.
     */
    public Optional<ModelPool> outline() {
        if (basis.isEmpty() || !ancestor.conflicts().isEmpty()) {
            return Optional.empty();
        }
        Model base = mapped(basis.get(), ancestor);
        return Optional.of(new ModelPool(
                basis.get().architecture(),
                base,
                experts.stream()
                        .map(expert -> new Model(
                                expert.name(),
                                expert.checkpoint().orElse(base.checkpoint()),
                                base.slots(),
                                base.mapped(),
                                Map.of(),
                                false))
                        .toList(),
                ModelPool.none("test_datasets"),
                ModelPool.none("train_datasets")));
    }

    private static Model mapped(Basis known, PoolEntry entry) {
        return Model.mapped(entry.name(), entry.checkpoint().orElseThrow(), known.specs(), entry.slots());
    }
}
