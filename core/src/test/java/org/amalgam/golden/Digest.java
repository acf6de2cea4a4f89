package org.amalgam.golden;

import org.amalgam.checkpoint.HostTensor;

import java.util.List;
import java.util.Map;

/** Four float64 sums that stand for a tensor: of x, |x|, x^2 and x_i cos(0.37 i + 0.11), i counting row-major from 0. */
public final class Digest {

    /** Number of sums. */
    static final int COLUMNS = 4;

    private Digest() {}

    /** The digest of one tensor. */
    public static double[] of(HostTensor tensor) {
        double[] sums = new double[COLUMNS];
        double[] values = tensor.toDoubles();
        for (int i = 0; i < values.length; i++) {
            double x = values[i];
            sums[0] += x;
            sums[1] += Math.abs(x);
            sums[2] += x * x;
            sums[3] += x * Math.cos(0.37 * i + 0.11);
        }
        return sums;
    }

    /** The digests of the tensors of those names as the rows of a float64 table {@code [keys, 4]}. */
    public static HostTensor table(Map<String, HostTensor> state, List<String> keys) {
        double[] table = new double[keys.size() * COLUMNS];
        for (int row = 0; row < keys.size(); row++) {
            System.arraycopy(of(state.get(keys.get(row))), 0, table, row * COLUMNS, COLUMNS);
        }
        return HostTensor.ofDoubles(table, keys.size(), COLUMNS);
    }
}
