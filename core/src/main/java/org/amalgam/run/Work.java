package org.amalgam.run;

/**
 * What a part of a run did, in amounts that a machine's peak rates bound.
 *
 * @param forwards samples that passed the network
 * @param backwards samples whose gradients passed back; two matrix products for each one of the forward pass
 * @param bytesRead bytes of parameters that were read, each pass over them counted
 * @param bytesWritten bytes of parameters that were made
 */
public record Work(long forwards, long backwards, long bytesRead, long bytesWritten) {

    static final Work NONE = new Work(0, 0, 0, 0);

    /** So many samples passed forward. */
    public static Work forward(long samples) {
        return new Work(samples, 0, 0, 0);
    }

    /** So many samples passed forward and back. */
    public static Work forwardAndBack(long samples) {
        return new Work(samples, samples, 0, 0);
    }

    /** So many bytes of parameters were read and written. */
    public static Work moved(long read, long written) {
        return new Work(0, 0, read, written);
    }

    /** Both together. */
    public Work plus(Work more) {
        return new Work(
                forwards + more.forwards,
                backwards + more.backwards,
                bytesRead + more.bytesRead,
                bytesWritten + more.bytesWritten);
    }

    /** Floating-point operations of the networks' own matrix products, where one forward pass of a sample takes so many. */
    public double flops(double forwardFlops) {
        return forwardFlops * (forwards + 2.0 * backwards);
    }

    /** Bytes read and written. */
    public long bytes() {
        return bytesRead + bytesWritten;
    }
}
