package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;

import java.util.List;

/** Checks that labels and class names belong together. */
final class Labels {

    private Labels() {}

    /**
     * The label as an int.
     *
     * @param classNames empty where unknown, when any label from 0 is right
     */
    static int check(long label, List<String> classNames, String where) {
        if (label < 0 || label > Integer.MAX_VALUE || (!classNames.isEmpty() && label >= classNames.size())) {
            String expected = classNames.isEmpty()
                    ? "0 or more"
                    : "0 to " + (classNames.size() - 1) + ", as there are " + classNames.size() + " class names";
            throw new AmalgamException(where + ": the label is " + label + ", expected " + expected
                    + (label == -1 ? "; -1 stands for a hidden label, so another split is needed" : ""));
        }
        return (int) label;
    }
}
