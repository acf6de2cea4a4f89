package org.amalgam.cli.config;

import java.util.Arrays;
import java.util.Optional;

/** The groups of configuration files; {@code method=adamerging} takes the file {@code adamerging} of the group {@code method}. */
public enum Group {
    /** How to merge. No default: the question has no answer that suits everybody. */
    METHOD("method", "Methods", "how to merge", Optional.empty()),
    /** What to merge. */
    MODELPOOL("modelpool", "Model pools", "what to merge", Optional.of("zoo")),
    /** How the result is judged. */
    TASKPOOL("taskpool", "Task pools", "how the result is judged", Optional.of("zoo"));

    private final String key;
    private final String title;
    private final String question;
    private final Optional<String> usual;

    Group(String key, String title, String question, Optional<String> usual) {
        this.key = key;
        this.title = title;
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

    /** The singular in a sentence: {@code model pool}. */
    String singular() {
        return title.substring(0, title.length() - 1).toLowerCase(java.util.Locale.ROOT);
    }

    /** The group of that key, if there is one. */
    public static Optional<Group> of(String key) {
        return Arrays.stream(values()).filter(group -> group.key.equals(key)).findFirst();
    }
}
