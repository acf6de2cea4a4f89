package org.amalgam.cli.config;

import java.util.Arrays;
import java.util.Optional;

/** The groups of configuration files; {@code method=adamerging} takes the file {@code adamerging} of the group {@code method}. */
public enum Group {
    /** How to merge. No default: the question has no answer that suits everybody. */
    METHOD("method", "Methods", "method", "how to merge", Optional.empty()),
    /** What to look at instead of merging. */
    ANALYSIS("analysis", "Analyses", "analysis", "what to look at, in the method's place", Optional.empty()),
    /** What to merge. */
    MODELPOOL("modelpool", "Model pools", "model pool", "what to merge", Optional.of("zoo")),
    /** How the result is judged. */
    TASKPOOL("taskpool", "Task pools", "task pool", "how the result is judged", Optional.of("zoo"));

    private final String key;
    private final String title;
    private final String singular;
    private final String question;
    private final Optional<String> usual;

    Group(String key, String title, String singular, String question, Optional<String> usual) {
        this.key = key;
        this.title = title;
        this.singular = singular;
        this.question = question;
        this.usual = usual;
    }

    /** The group's key at the root of the configuration, which is its folder's name too. */
    public String key() {
        return key;
    }

    /** The plural that an enumeration of its files begins with. */
    public String title() {
        return title;
    }

    /** What a choice in the group answers: {@code how to merge}. */
    public String question() {
        return question;
    }

    /** The file taken where none is named. */
    public Optional<String> usual() {
        return usual;
    }

    /** Whether a choice in the group says what the run does: a run has one choice in one of these groups. */
    boolean isWork() {
        return this == METHOD || this == ANALYSIS;
    }

    /** The singular in a sentence: {@code model pool}. */
    String singular() {
        return singular;
    }

    /** The group of that key, if there is one. */
    public static Optional<Group> of(String key) {
        return Arrays.stream(values()).filter(group -> group.key.equals(key)).findFirst();
    }
}
