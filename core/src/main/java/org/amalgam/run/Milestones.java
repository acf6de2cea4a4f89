package org.amalgam.run;

import org.amalgam.model.Encoder;

import java.util.Map;
import java.util.function.Function;

/**
 * Steps of an adaptation at which the network of the moment is looked at: before the first step, after every so many, and after
 * the last.
 *
 * @param every steps from one to the next; 0 for none at all
 * @param look numbers that describe the network, by name: accuracies by task. The names are the same each time.
 * @param identity what the numbers depend on besides the network: an adaptation that is carried on must measure by the same
 */
public record Milestones(int every, Function<Encoder, Map<String, Double>> look, String identity) {

    /** Nobody looks. */
    public static final Milestones NONE = new Milestones(0, network -> Map.of(), "none");

    /** Whether to look after so many steps out of all. */
    public boolean due(int done, int steps) {
        return every > 0 && (done % every == 0 || done == steps);
    }
}
