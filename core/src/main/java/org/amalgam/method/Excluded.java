package org.amalgam.method;

import org.amalgam.AmalgamException;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Parameters that a method leaves as the ancestor has them.
 *
 * @param patterns regular expressions; one that matches the beginning of a name excludes it, as in the reference
 */
record Excluded(List<Pattern> patterns) {

    /**
     * From the setting {@code exclude_param_names_regex}.
     *
     * @throws AmalgamException if an expression is none
     */
    static Excluded of(List<String> expressions) {
        List<Pattern> patterns = new ArrayList<>();
        for (String expression : expressions) {
            try {
                patterns.add(Pattern.compile(expression));
            } catch (PatternSyntaxException e) {
                throw new AmalgamException(
                        "method.exclude_param_names_regex: " + expression + " is no regular expression: "
                                + e.getDescription() + " at character " + Math.max(0, e.getIndex()),
                        e);
            }
        }
        return new Excluded(patterns);
    }

    boolean contains(String name) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(name).lookingAt());
    }
}
