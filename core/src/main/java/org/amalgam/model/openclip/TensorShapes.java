package org.amalgam.model.openclip;

import org.amalgam.AmalgamException;

import java.util.List;
import java.util.Map;

/**
 * The shapes that a checkpoint's header gives: all that OpenCLIP says of an architecture, where no configuration lies beside it.
 *
 * @param byName names without the level in which the checkpoint has them
 * @param where the model, for errors
 */
public record TensorShapes(Map<String, List<Long>> byName, String where) {

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /**
     * One length of a tensor's shape.
     *
     * @param axes how many the shape must have
     * @throws AmalgamException if there is no such tensor, or its shape is another
     */
    int length(String name, int axis, int axes) {
        List<Long> shape = byName.get(name);
        if (shape == null) {
            throw new AmalgamException(where + ": there is no tensor " + name
                    + ", which an OpenCLIP model with a vision transformer has; other networks are not read");
        }
        if (shape.size() != axes || shape.stream().anyMatch(length -> length < 1 || length > Integer.MAX_VALUE)) {
            throw new AmalgamException(where + ": " + name + " has shape " + shape + ", expected " + axes
                    + (axes == 1 ? " axis" : " axes") + "; is it an OpenCLIP model?");
        }
        return shape.get(axis).intValue();
    }
}
