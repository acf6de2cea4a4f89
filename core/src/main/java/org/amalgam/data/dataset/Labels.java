package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;

import java.nio.file.Path;
import java.util.List;

/** Checks that labels and class names belong together, and says where labels are missing. */
final class Labels {

    /** Stands for a label that is hidden, as in the test splits of GLUE, or that nobody gave. */
    static final int NONE = -1;

    /** What columns of labels are called; the first that a file has is taken. */
    static final List<String> COLUMNS = List.of("label", "labels", "fine_label", "class", "target");

    private Labels() {}

    /**
     * The label as an int; {@link #NONE} where it is hidden.
     *
     * @param classNames empty where unknown, when any label from 0 is right
     */
    static int check(long label, List<String> classNames, String where) {
        if (label == NONE) {
            return NONE;
        }
        if (label < 0 || label > Integer.MAX_VALUE || (!classNames.isEmpty() && label >= classNames.size())) {
            String expected = classNames.isEmpty()
                    ? "0 or more"
                    : "0 to " + (classNames.size() - 1) + ", as there are " + classNames.size() + " class names";
            throw new AmalgamException(where + ": the label is " + label + ", expected " + expected);
        }
        return (int) label;
    }

    /** What an error says of a data set with an example whose label is {@link #NONE}. */
    static String hidden(String name, String where) {
        return where + ": the label is hidden, -1 or nothing stands there, and " + needed(name)
                + "; take another split";
    }

    /** What an error says of a data set whose file has no labels. */
    static String missing(String name, Path file, List<String> columns) {
        return file + ": there is no column of labels, and " + needed(name) + "; expected one of "
                + String.join(", ", COLUMNS) + ", found " + String.join(", ", columns);
    }

    /** What an error says of a data set of images in no subfolders. */
    static String unsorted(String name, Path folder) {
        return folder + ": its images lie in no subfolders, and " + needed(name)
                + "; expected a subfolder of images for each class";
    }

    private static String needed(String name) {
        return "the labels of " + name + " are needed to judge by or to learn from";
    }
}
