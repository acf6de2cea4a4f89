package org.amalgam.model;

import org.amalgam.nn.Layer;
import org.amalgam.nn.Layers;
import org.amalgam.tensor.Tensor;

import java.util.List;

/**
 * A linear map that an architecture has.
 *
 * @param name what its parameters' names begin with
 * @param inFirst whether its matrix is stored [in, out], as GPT-2's are, and not [out, in]
 */
public record LinearSpec(String name, boolean inFirst) {

    /** A map whose matrix is stored [out, in]. */
    public LinearSpec(String name) {
        this(name, false);
    }

    /** The matrix [out, in] of the stored one, and the other way about; a view. */
    public Tensor outFirst(Tensor matrix) {
        return inFirst ? matrix.transpose(0, 1) : matrix;
    }

    /** The layer that computes it. */
    public Layer in(Layers layers) {
        return inFirst ? layers.transposedLinear(name) : layers.linear(name);
    }

    /** Name of the matrix. */
    public String weight() {
        return name + ".weight";
    }

    /** Name of the vector, [out]. */
    public String bias() {
        return name + ".bias";
    }

    /** Names of both. */
    public List<String> parameters() {
        return List.of(weight(), bias());
    }
}
