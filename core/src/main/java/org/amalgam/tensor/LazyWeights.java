package org.amalgam.tensor;

import org.amalgam.AmalgamException;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as a function: an immutable, ordered map from parameter name to values that are computed where they are looked at, a
 * {@link Span} at a time. Whether it is then held in memory or written to a file, span by span, every element is the same to the
 * bit.
 */
public final class LazyWeights {

    /** Computes a span of a parameter; float32 [length], in the scope that is open. May be asked by several threads at once. */
    @FunctionalInterface
    public interface Values {
        Tensor at(Span span);

        /**
         * The same rounded to a type, as little-endian bytes from the buffer's position on.
         *
         * @return whether all are finite in that type
         */
        default boolean encode(Span span, DType type, ByteBuffer into) {
            try (Scope scope = Scope.open()) {
                Tensor rounded = at(span).to(type).contiguous();
                into.put(rounded.buffer());
                return rounded.isFinite();
            }
        }
    }

    /** Values that are computed in arrays, a block at a time: several times as fast where each takes a few operations. */
    public interface Blockwise extends Values {

        /**
         * Computes a block into the array's beginning.
         *
         * @param block of at most {@link Rows#ELEMENTS}
         */
        void compute(Span block, float[] into);

        @Override
        default Tensor at(Span span) {
            Tensor values = Tensor.empty(DType.F32, span.length());
            FloatBuffer into = values.buffer().asFloatBuffer();
            try (Rows rows = Rows.lent(1)) {
                span.forEachBlock(block -> {
                    compute(block, rows.row(0));
                    into.put(rows.row(0), 0, (int) block.length());
                });
            }
            return values;
        }

        @Override
        default boolean encode(Span span, DType type, ByteBuffer into) {
            if (!FloatBytes.encodes(type)) {
                return Values.super.encode(span, type, into);
            }
            boolean[] finite = {true};
            try (Rows rows = Rows.lent(1)) {
                span.forEachBlock(block -> {
                    compute(block, rows.row(0));
                    int length = (int) block.length();
                    finite[0] &= FloatBytes.encode(rows.row(0), length, type, into, into.position());
                    into.position(into.position() + length * type.bytes());
                });
            }
            return finite[0];
        }
    }

    /** A parameter: its shape and its values in row-major order. */
    public record Parameter(List<Long> shape, Values values) {

        public Parameter {
            shape = List.copyOf(shape);
        }

        /** One of that tensor's shape. */
        public static Parameter of(Tensor tensor, Values values) {
            return new Parameter(Arrays.stream(tensor.shape()).boxed().toList(), values);
        }

        /** {@link #shape} as an array. */
        long[] dimensions() {
            return shape.stream().mapToLong(Long::longValue).toArray();
        }

        /** Number of scalars. */
        public long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    private record Part(String name, Span span) {}

    private final Map<String, Parameter> parameters;
    private final Optional<Weights> whole;

    private LazyWeights(Map<String, Parameter> parameters, Optional<Weights> whole) {
        this.parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        this.whole = whole;
    }

    /** A model that is computed when it is looked at. */
    public static LazyWeights of(Map<String, Parameter> parameters) {
        return new LazyWeights(parameters, Optional.empty());
    }

    /** A model that is there. */
    public static LazyWeights of(Weights weights) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        weights.entries()
                .forEach((name, tensor) -> parameters.put(
                        // Flattened anew: a view that is made here would end with the scope that is open, the weights
                        // may not.
                        name,
                        Parameter.of(tensor, span -> span.of(tensor.flatten()).to(DType.F32))));
        return new LazyWeights(parameters, Optional.of(weights));
    }

    /** The parameters by name, in the network's order. */
    public Map<String, Parameter> parameters() {
        return parameters;
    }

    /** Whether all of it is in memory. */
    public boolean isHeld() {
        return whole.isPresent();
    }

    /** All of it in memory: computed now, as float32 in the scope that is open, unless it is there already. */
    public Weights held(Crew crew) {
        return whole.orElseGet(() -> computed(crew));
    }

    private Weights computed(Crew crew) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> tensors.put(name, Tensor.empty(DType.F32, parameter.dimensions())));
        crew.deal(parts(), part -> {
            try (Scope scope = Scope.open()) {
                Tensor values = parameters.get(part.name()).values().at(part.span());
                part.span().of(tensors.get(part.name())).assign(values);
                return part;
            }
        });
        return new Weights(tensors);
    }

    /**
     * Looks at every value, computes what is not there yet and keeps nothing: whatever is wrong with the models shows, and with the
     * merge.
     *
     * @throws AmalgamException if a value is NaN or infinite
     */
    public void requireFinite(Crew crew) {
        crew.deal(parts(), part -> {
            try (Scope scope = Scope.open()) {
                if (!parameters.get(part.name()).values().at(part.span()).isFinite()) {
                    throw new AmalgamException(
                            part.name() + ": the merged values are beyond what " + DType.F32
                                    + " holds; lower the coefficients of the merge, or the learning rate that they were learned with");
                }
                return part;
            }
        });
    }

    private List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        parameters.forEach(
                (name, parameter) -> Span.of(parameter.elements()).forEach(span -> parts.add(new Part(name, span))));
        return parts;
    }
}
