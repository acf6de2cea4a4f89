package org.amalgam.mixture;

import org.amalgam.model.Architecture;
import org.amalgam.model.FeedForwardSpec;
import org.amalgam.model.ParameterSpec;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How many parameters a merge has while it adapts, and which of them it learns: AdaMerging (Yang et al., ICLR 2024) and WEMoE
 * (Tang et al., ICML 2024) of any architecture.
 *
 * @param single scalars of one model, as far as it is merged
 * @param tensors of one model
 * @param expert scalars of the feed-forward layers of one model: what a task adds to a mixture
 * @param widths of the states that each feed-forward layer, and so each router, takes
 */
public record ParameterCounts(long single, int tensors, long expert, List<Long> widths) {

    public ParameterCounts {
        widths = List.copyOf(widths);
    }

    /** What an architecture's parameters say. */
    public static ParameterCounts of(Architecture architecture) {
        Map<String, ParameterSpec> specs =
                architecture.parameters().stream().collect(Collectors.toMap(ParameterSpec::name, Function.identity()));
        List<FeedForwardSpec> layers = architecture.feedForwards();
        return new ParameterCounts(
                architecture.elements(),
                specs.size(),
                layers.stream()
                        .flatMap(layer -> layer.parameters().stream())
                        .mapToLong(name -> specs.get(name).elements())
                        .sum(),
                // What comes out of the layer is as wide as what goes in: the length of the last bias.
                layers.stream()
                        .map(layer -> specs.get(layer.down().bias()).elements())
                        .toList());
    }

    /** One model, all of which was learned. */
    public ParameterCount model() {
        return new ParameterCount(single, single);
    }

    /** AdaMerging with one coefficient a task: the ancestor, a task vector for each of the tasks, and the coefficients. */
    public ParameterCount taskWise(int tasks) {
        return adaMerging(tasks, tasks);
    }

    /** AdaMerging with one coefficient a task and tensor. */
    public ParameterCount layerWise(int tasks) {
        return adaMerging(tasks, (long) tasks * tensors);
    }

    private ParameterCount adaMerging(int tasks, long coefficients) {
        return new ParameterCount(coefficients, (tasks + 1) * single + coefficients);
    }

    /**
     * WEMoE with a router for every feed-forward layer: one model, a task vector of the feed-forward layers for each of the tasks,
     * and the routers.
     *
     * @param depth linear maps of a router: 0 is a constant, 1 the map h x K, 2 the maps h x h and h x K; all with bias
     * @throws IllegalArgumentException for any other depth
     */
    public ParameterCount weightEnsembling(int tasks, int depth) {
        long routers =
                widths.stream().mapToLong(width -> router(width, tasks, depth)).sum();
        return new ParameterCount(routers, single + tasks * expert + routers);
    }

    private static long router(long width, int tasks, int depth) {
        return switch (depth) {
            case 0 -> tasks;
            case 1 -> (width + 1) * tasks;
            case 2 -> (width + 1) * width + (width + 1) * tasks;
            default -> throw new IllegalArgumentException("a router has depth 0, 1 or 2, not " + depth);
        };
    }
}
