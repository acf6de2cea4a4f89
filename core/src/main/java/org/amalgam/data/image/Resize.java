package org.amalgam.data.image;

/** What size an image is resampled to before the centre crop. */
public sealed interface Resize {

    /** The image keeps its size. */
    record None() implements Resize {}

    /** The shorter edge gets this many pixels, the longer one {@code int(edge * longer / shorter)}. */
    record ShortestEdge(int edge) implements Resize {}

    /** The image is stretched to this size. */
    record Exact(int height, int width) implements Resize {}

    /** The image, resampled. */
    default RgbImage apply(RgbImage image, Resample resample) {
        if (this instanceof ShortestEdge to) {
            int shorter = Math.min(image.width(), image.height());
            int longer = Math.max(image.width(), image.height());
            int other = (int) ((double) to.edge * longer / shorter);
            return image.width() <= image.height()
                    ? PilResize.resize(image, to.edge, other, resample)
                    : PilResize.resize(image, other, to.edge, resample);
        }
        return this instanceof Exact to ? PilResize.resize(image, to.width, to.height, resample) : image;
    }
}
