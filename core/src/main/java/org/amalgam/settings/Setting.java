package org.amalgam.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One key of a settings record: the record component's name in snake case is the key (unless {@link #key} names another), its type is the key's type. Defaults,
 * help, the methods' pages and the provenance of a run are all read from here, so no second declaration can drift.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Setting {

    /** The default, written as YAML: {@code 1e-3}, {@code null}, {@code [0.3, 0.3]}. Empty means that the key must be given. */
    String value() default "";

    /** One line: what it does, its unit and its range. */
    String help();

    /** The key, where it is not the component's name in snake case: the reference's {@code DOT_THRESHOLD}. */
    String key() default "";

    /** The values allowed, where they are few; empty where they are not enumerable. */
    String[] oneOf() default {};

    /** The least number allowed. */
    double atLeast() default Double.NEGATIVE_INFINITY;
}
