package org.amalgam.data.dataset;

import java.util.List;

/**
 * What a zero-shot head of a task is made of.
 *
 * @param classNames in the order of the labels
 * @param templates prompts with {@code {}} where the class name goes
 */
public record TaskText(List<String> classNames, List<String> templates) {

    public TaskText {
        classNames = List.copyOf(classNames);
        templates = List.copyOf(templates);
    }
}
