package org.amalgam.settings;

import java.util.Locale;

/** The spelling of Java names in configuration files. */
final class SnakeCase {

    private SnakeCase() {}

    /** {@code initValues} to {@code init_values}, {@code useSVD} to {@code use_svd}. */
    static String of(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .replaceAll("([A-Z])([A-Z][a-z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }

    /** {@code LAYER_WISE} to {@code layer_wise}. */
    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
