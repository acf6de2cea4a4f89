package org.amalgam.model;

/**
 * A linear map that an architecture has.
 *
 * @param name what its parameters' names begin with
 */
public record LinearSpec(String name) {

    /** Name of the matrix, [out, in]. */
    public String weight() {
        return name + ".weight";
    }

    /** Name of the vector, [out]. */
    public String bias() {
        return name + ".bias";
    }
}
