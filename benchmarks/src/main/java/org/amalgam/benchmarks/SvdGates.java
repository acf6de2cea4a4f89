package org.amalgam.benchmarks;

import org.amalgam.mixture.SmileUpscaling;
import org.amalgam.mixture.SmileUpscaling.Site;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.ParameterSpec;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.run.Workers;
import org.amalgam.tensor.Natives;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Times the construction of the gates and dense experts of AdaSVD, as the reference makes them, on ViT-B/32-shaped random
 * weights: {@code SvdGates [tasks] [blocks] [gate_k]}, by default 8, 12 and 16. Prints seconds and resident memory.
 */
public final class SvdGates {

    private SvdGates() {}

    private record Work(Site site, int expert) {}

    public static void main(String[] arguments) {
        int tasks = argument(arguments, 0, 8);
        int blocks = argument(arguments, 1, 12);
        int gateK = argument(arguments, 2, 16);
        ClipVisionConfig config = ViTs.b32();
        List<LinearSpec> maps = config.linears().subList(0, 6 * blocks);
        try (Scope scope = Scope.open();
                Workers workers = Workers.ofThisMachine()) {
            Random random = new Random(0);
            Weights ancestor = weights(config, maps, random);
            List<Weights> experts = IntStream.range(0, tasks)
                    .mapToObj(k -> ancestor.map(
                            (name, theta) -> theta.add(Tensors.normal(random.nextLong(), 1e-3, theta.shape()))))
                    .toList();
            SmileUpscaling how = new SmileUpscaling(gateK, -1, tasks, true, true);
            // What is compiled and loaded once is not what is measured.
            how.site(maps.get(0), ancestor, tasks).fill(0, experts.get(0));
            long start = System.nanoTime();
            for (int block = 0; block < blocks; block++) {
                try (Scope inner = Scope.open()) {
                    List<Work> work = new ArrayList<>();
                    for (LinearSpec map : maps.subList(6 * block, 6 * block + 6)) {
                        Site site = how.site(map, ancestor, tasks);
                        IntStream.range(0, tasks).forEach(k -> work.add(new Work(site, k)));
                    }
                    workers.deal(work, (worker, item) -> item.site().fill(item.expert(), experts.get(item.expert())));
                }
            }
            System.out.printf(
                    "total %.2f s, %d matrices, resident %.2f GB%n",
                    (System.nanoTime() - start) / 1e9, 6 * blocks * tasks, Natives.peakResidentBytes() / 1e9);
        }
    }

    private static Weights weights(ClipVisionConfig config, List<LinearSpec> maps, Random random) {
        List<String> names = maps.stream()
                .flatMap(map -> Stream.of(map.weight(), map.bias()))
                .toList();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec spec : config.parameters()) {
            if (names.contains(spec.name())) {
                long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
                tensors.put(spec.name(), Tensors.normal(random.nextLong(), 0.02, shape));
            }
        }
        return new Weights(tensors);
    }

    private static int argument(String[] arguments, int index, int otherwise) {
        return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
    }
}
