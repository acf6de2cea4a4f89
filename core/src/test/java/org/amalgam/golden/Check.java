package org.amalgam.golden;

/** Computes what golden cases expect and hands it to them for comparison. */
public interface Check {

    /** Whether this check can run the case; several checks may each compare a part of one case. */
    boolean handles(GoldenCase golden);

    /** Computes the case's results and compares each by {@link GoldenCase#expect} or {@link GoldenCase#expectState}. */
    void run(GoldenCase golden) throws Exception;
}
