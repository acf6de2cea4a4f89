package org.amalgam.model;

/**
 * What an encoder's features are.
 *
 * @param width length of the vector
 * @param joint whether they lie in the space that texts are embedded in too: then no head projects them any more
 */
public record FeatureSpec(int width, boolean joint) {}
