package org.amalgam.tensor;

import org.amalgam.AmalgamException;
import org.bytedeco.pytorch.global.torch;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Compute type of the network. Parameters, coefficients, losses and softmax stay float32 whatever it is. */
public enum Precision {
    /** Everything in float32. */
    FLOAT32("32-true"),
    /**
     * Matrix products of the layers and of attention in bfloat16; causal attention, softmax, the residual stream and the layer norms
     * in float32.
     */
    BF16_MIXED("bf16-mixed");

    private static final AtomicInteger KEEPERS = new AtomicInteger();

    private final String key;

    Precision(String key) {
        this.key = key;
    }

    /** The setting's spelling, as in {@code fabric.precision}. */
    public String key() {
        return key;
    }

    /**
     * The precision of that spelling: {@code 32-true}, {@code 32}, {@code bf16-mixed}.
     *
     * @throws AmalgamException if there is none
     */
    public static Precision of(String key) {
        return switch (key.toLowerCase(Locale.ROOT)) {
            case "32", "32-true", "float32", "null" -> FLOAT32;
            case "bf16-mixed", "bf16" -> BF16_MIXED;
            default ->
                throw new AmalgamException(
                        "fabric.precision: " + key
                                + " is not offered; use 32-true, or bf16-mixed (matrix products in bfloat16, everything else float32)");
        };
    }

    /**
     * Until closed, weights that forward passes rounded, on whatever thread, stay rounded for the next ones: for several passes
     * over the same leaves, which do not change in the meantime.
     */
    public static Casts keepCasts() {
        KEEPERS.incrementAndGet();
        return new Casts();
    }

    /** Gives the rounded weights back when nobody else keeps them. */
    public static final class Casts implements AutoCloseable {
        private Casts() {}

        @Override
        public void close() {
            if (KEEPERS.decrementAndGet() == 0) {
                Natives.load();
                torch.clear_cache();
            }
        }
    }

    /** The type in which matrix products compute in a forward pass of this precision. */
    public DType operands() {
        return this == BF16_MIXED ? DType.BF16 : DType.F32;
    }

    /** The type in which matrix products compute here, inside or outside of a forward pass. */
    public static DType products() {
        Natives.load();
        return torch.is_autocast_enabled(torch.DeviceType.CPU) ? DType.BF16 : DType.F32;
    }

    /** Runs a part of a forward pass in float32, whatever the precision around it. */
    public static <T> T full(Supplier<T> part) {
        Natives.load();
        boolean before = torch.is_autocast_enabled(torch.DeviceType.CPU);
        torch.set_autocast_enabled(torch.DeviceType.CPU, false);
        try {
            return part.get();
        } finally {
            torch.set_autocast_enabled(torch.DeviceType.CPU, before);
        }
    }

    /** Runs the forward pass in this precision; backward passes follow what the forward pass recorded. */
    public <T> T run(Supplier<T> forward) {
        if (this == FLOAT32) {
            return forward.get();
        }
        Natives.load();
        boolean before = torch.is_autocast_enabled(torch.DeviceType.CPU);
        torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
        torch.set_autocast_enabled(torch.DeviceType.CPU, true);
        torch.increment_nesting();
        try {
            return forward.get();
        } finally {
            // libtorch keeps what it rounded for all threads, and until it is told otherwise.
            if (torch.decrement_nesting() == 0 && KEEPERS.get() == 0) {
                torch.clear_cache();
            }
            torch.set_autocast_enabled(torch.DeviceType.CPU, before);
        }
    }
}
