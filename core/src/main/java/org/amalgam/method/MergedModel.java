package org.amalgam.method;

import org.amalgam.adapt.Trace;
import org.amalgam.figure.Figure;
import org.amalgam.merge.Coefficients;
import org.amalgam.mixture.Mixture;
import org.amalgam.mixture.ParameterCount;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.model.Architecture;
import org.amalgam.model.Encoder;
import org.amalgam.pareto.Preference;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Weights;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a method makes of a pool.
 *
 * @param network what computes
 * @param coefficients the merging coefficients, where the method has or learns them
 * @param trace what happened at each step, where the method adapts
 * @param figures the method's own, besides those that coefficients and trace give
 * @param notes sentences that a reader of the report should know
 * @param front other dense models that it could be, one a preference, to be judged beside it
 */
public record MergedModel(
        Network network,
        Optional<Coefficients> coefficients,
        Optional<Trace> trace,
        List<Figure> figures,
        List<String> notes,
        List<Candidate> front) {

    /**
     * A model that a preference makes.
     *
     * @param weights makes it anew, in the scope that is open
     */
    public record Candidate(Preference preference, Supplier<Weights> weights) {}

    /** A merged network: one set of weights, or a mixture that makes them for its input. */
    public sealed interface Network {

        /** A view that computes; see {@link Mixture#encoder}. */
        Encoder encoder(Architecture architecture, boolean batchReduce, RoutingObserver observer);

        /** Learned and all scalars, when a single model of the architecture has {@code single}. */
        ParameterCount parameters(long single);

        /**
         * Looks at every tensor that it is made of, and computes what is not there yet.
         *
         * @throws org.amalgam.AmalgamException if a value is NaN or infinite
         */
        void requireFinite(Crew crew);
    }

    /**
     * One model.
     *
     * @param weights the merged parameters, in the ancestor's names and order; maybe not computed yet
     * @param learned how many scalars were learned to make it
     */
    public record Dense(LazyWeights weights, long learned) implements Network {

        public Dense(Weights weights, long learned) {
            this(LazyWeights.of(weights), learned);
        }

        /** Of what is held already; otherwise everything is computed for this view alone. */
        @Override
        public Encoder encoder(Architecture architecture, boolean batchReduce, RoutingObserver observer) {
            return architecture.encoder(weights.held(Crew.ALONE));
        }

        @Override
        public ParameterCount parameters(long single) {
            return new ParameterCount(learned, single + learned);
        }

        @Override
        public void requireFinite(Crew crew) {
            weights.requireFinite(crew);
        }
    }

    /** A mixture of experts. */
    public record Routed(Mixture mixture) implements Network {

        @Override
        public Encoder encoder(Architecture architecture, boolean batchReduce, RoutingObserver observer) {
            return mixture.encoder(batchReduce, observer);
        }

        @Override
        public ParameterCount parameters(long single) {
            return mixture.parameters();
        }

        @Override
        public void requireFinite(Crew crew) {
            LazyWeights.of(mixture.weights()).requireFinite(crew);
        }
    }

    public MergedModel {
        figures = List.copyOf(figures);
        notes = List.copyOf(notes);
        front = List.copyOf(front);
    }

    /** A merge without anything to learn. */
    public static MergedModel of(Weights weights) {
        return of(new Dense(weights, 0));
    }

    /** A merge that is computed when it is looked at. */
    public static MergedModel of(LazyWeights weights) {
        return of(new Dense(weights, 0));
    }

    /** A network, and nothing else to tell. */
    public static MergedModel of(Network network) {
        return new MergedModel(network, Optional.empty(), Optional.empty(), List.of(), List.of(), List.of());
    }

    /** A mixture, and nothing else to tell. */
    public static MergedModel of(Mixture mixture) {
        return of(new Routed(mixture));
    }

    /** With the coefficients that made it, which are what was learned. */
    public MergedModel withCoefficients(Coefficients used) {
        Network made = network instanceof Dense dense
                ? new Dense(dense.weights(), used.lambda().elements())
                : network;
        return new MergedModel(made, Optional.of(used), trace, figures, notes, front);
    }

    /** With everything computed, in the scope that is open: for who looks at it more than once. */
    public MergedModel held(Crew crew) {
        if (network instanceof Dense dense) {
            Dense held = new Dense(LazyWeights.of(dense.weights().held(crew)), dense.learned());
            return new MergedModel(held, coefficients, trace, figures, notes, front);
        }
        return this;
    }

    public MergedModel withTrace(Trace steps) {
        return new MergedModel(network, coefficients, Optional.of(steps), figures, notes, front);
    }

    public MergedModel withFigures(List<Figure> drawn) {
        return new MergedModel(network, coefficients, trace, drawn, notes, front);
    }

    public MergedModel withNotes(List<String> said) {
        return new MergedModel(network, coefficients, trace, figures, said, front);
    }

    public MergedModel withFront(List<Candidate> candidates) {
        return new MergedModel(network, coefficients, trace, figures, notes, candidates);
    }

    /**
     * The merged parameters of a dense model, all in memory.
     *
     * @throws IllegalStateException for a mixture, which has no such thing
     */
    public Weights weights() {
        if (network instanceof Dense dense) {
            return dense.weights().held(Crew.ALONE);
        }
        throw new IllegalStateException("a mixture of experts is not one set of weights");
    }

    /** Learned and all parameters, when a single model of the architecture has {@code single}. */
    public ParameterCount parameters(long single) {
        return network.parameters(single);
    }
}
