package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.data.dataset.Sampler;
import org.amalgam.mixture.RoutedLinear;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.mixture.SmileLinear;
import org.amalgam.mixture.SmileUpscaling;
import org.amalgam.model.Architecture;
import org.amalgam.model.BlockEncoder;
import org.amalgam.model.LinearSpec;
import org.amalgam.nn.Layer;
import org.amalgam.nn.Layers;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Part;
import org.amalgam.run.Run;
import org.amalgam.run.Work;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Natives;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Averages routing weights over samples, block by block: a block's linear maps are upscaled, all samples' hidden states pass
 * it, the block is released, and the hidden states are the next block's input. So one block of experts is in memory at a time.
 *
 * @param base what is not upscaled
 */
record Calibration(ModelPool pool, SmileUpscaling how, Weights base, int numSamples, long seed, Run run) {

    /** Samples at a time on a worker. */
    private static final int CHUNK = 16;

    /** Below this width products are too short for bfloat16 to pay for its conversions. */
    private static final int FAST_WIDTH = 256;

    /** What bfloat16 may change of a block's hidden states, relative to them: too little to be seen in an average routing. */
    private static final double TOLERANCE = 1e-4;

    /** Average weights by layer, and what the decompositions showed. */
    record Result(Map<String, List<Double>> routing, Spectra spectra) {}

    /** Samples of one task that pass a block together, and where their hidden states lie. */
    private record Chunk(Task task, List<Integer> rows, long first) {
        Tensor inputs() {
            return task.batch(rows.stream().mapToInt(Integer::intValue).toArray())
                    .inputs();
        }

        Tensor of(Tensor hidden) {
            return hidden.slice(0, first, rows.size());
        }
    }

    Result average() {
        Map<String, List<Double>> routing = new LinkedHashMap<>();
        Spectra spectra = Spectra.NONE;
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            List<Chunk> chunks = chunks();
            Tensor hidden = embedded(chunks);
            run.profiler().did(Part.STATISTICS, Work.forward(hidden.size(0)));
            int blocks = encoder(Layers.of(base)).blocks().size();
            List<LinearSpec> maps = pool.architecture().linears();
            int each = maps.size() / blocks;
            for (int block = 0; block < blocks; block++) {
                List<LinearSpec> own = maps.subList(block * each, (block + 1) * each);
                Set<String> parameters =
                        own.stream().flatMap(map -> map.parameters().stream()).collect(Collectors.toSet());
                try (Scope inner = Scope.open()) {
                    ModelPool mapped = pool.mappedAgain(parameters::contains);
                    Upscaling upscaled =
                            run.profiler().measure("upscale block", () -> Upscaling.of(how, own, mapped, run));
                    Map<String, ? extends RoutedLinear> layers = fast(block, upscaled.layers(), hidden, chunks);
                    routing.putAll(pass(chunks, hidden, block, layers));
                    spectra = spectra.and(upscaled.spectra());
                }
            }
        }
        return new Result(routing, spectra);
    }

    /** Samples of each task that are looked at: one chunk where a run is only tried. */
    int drawn() {
        return run.fastDevRun() ? Math.min(numSamples, CHUNK) : numSamples;
    }

    private List<Chunk> chunks() {
        List<Chunk> chunks = new ArrayList<>();
        long first = 0;
        for (Task task : pool.trainingTasks()) {
            if (task.size() < numSamples) {
                throw new AmalgamException("method.num_samples: " + task.name() + " has " + task.size()
                        + " training samples, and " + numSamples + " are to be drawn; ask for at most " + task.size());
            }
            int drawn = drawn();
            Sampler sampler = new Sampler(seed, "ada_svd/" + task.name(), task.size(), drawn, true);
            List<Integer> rows = Arrays.stream(sampler.batch(0)).boxed().toList();
            for (int from = 0; from < drawn; from += CHUNK) {
                List<Integer> some = rows.subList(from, Math.min(drawn, from + CHUNK));
                chunks.add(new Chunk(task, some, first));
                first += some.size();
            }
        }
        return chunks;
    }

    /** The hidden states [samples, tokens, width] before the first block. */
    private Tensor embedded(List<Chunk> chunks) {
        BlockEncoder plain = encoder(Layers.of(base));
        Chunk last = chunks.get(chunks.size() - 1);
        long[] shape;
        try (Scope scope = Scope.open()) {
            shape = plain.embed(last.inputs()).shape();
        }
        shape[0] = last.first() + last.rows().size();
        Tensor hidden = Tensor.empty(DType.F32, shape);
        deal(chunks, "embedding", chunk -> {
            chunk.of(hidden).assign(plain.embed(chunk.inputs()));
            return null;
        });
        return hidden;
    }

    /** Sends all hidden states through a block whose layers are upscaled; they are overwritten by its output. */
    private Map<String, List<Double>> pass(
            List<Chunk> chunks, Tensor hidden, int block, Map<String, ? extends RoutedLinear> upscaled) {
        List<Map<String, double[]>> sums = deal(chunks, "block " + block, chunk -> {
            Map<String, double[]> sum = new LinkedHashMap<>();
            Tensor states = chunk.of(hidden);
            states.assign(through(block, upscaled, states, sum));
            return sum;
        });
        Map<String, List<Double>> averages = new LinkedHashMap<>();
        for (String layer : upscaled.keySet()) {
            double[] total = new double[pool.tasks().size()];
            for (Map<String, double[]> sum : sums) {
                double[] more = sum.get(layer);
                Arrays.setAll(total, k -> total[k] + more[k]);
            }
            averages.put(layer, averages(total, hidden.size(0)));
        }
        return averages;
    }

    /** Those hidden states after a block; adds what each expert weighed, in sum over the samples, by layer. */
    private Tensor through(
            int block, Map<String, ? extends RoutedLinear> upscaled, Tensor states, Map<String, double[]> sums) {
        RoutingObserver observer = (layer, routing) -> sums.put(layer, means(routing, states.size(0)));
        Map<String, Layer> observed = new LinkedHashMap<>();
        upscaled.forEach((name, layer) -> observed.put(name, layer.observed(name, observer)));
        return encoder(new Layers(base, observed)).blocks().get(block).apply(states);
    }

    /**
     * The layers in the form that computes fastest: about the routing of one sample a task, with most products in bfloat16, if
     * the processor multiplies that faster and those samples leave the block as they leave it in float32.
     */
    private Map<String, ? extends RoutedLinear> fast(
            int block, Map<String, SmileLinear> exact, Tensor hidden, List<Chunk> chunks) {
        if (!Natives.multipliesBfloat16() || hidden.size(-1) < FAST_WIDTH) {
            return exact;
        }
        Tensor probe = Tensor.concat(firsts(hidden, chunks), 0);
        Map<String, double[]> sums = new LinkedHashMap<>();
        Tensor expected = run.workers().together(() -> through(block, exact, probe, sums));
        Map<String, RoutedLinear> centred = new LinkedHashMap<>();
        exact.forEach((name, layer) -> centred.put(name, layer.about(averages(sums.get(name), probe.size(0)))));
        try (Scope scope = Scope.open()) {
            double off = through(block, centred, probe, sums)
                    .sub(expected)
                    .flatten()
                    .norm(0)
                    .item();
            return off <= TOLERANCE * expected.flatten().norm(0).item() ? centred : exact;
        }
    }

    /** The first sample of every task. */
    private static List<Tensor> firsts(Tensor hidden, List<Chunk> chunks) {
        Map<Task, Tensor> firsts = new LinkedHashMap<>();
        chunks.forEach(chunk -> firsts.computeIfAbsent(chunk.task(), task -> hidden.slice(0, chunk.first(), 1)));
        return List.copyOf(firsts.values());
    }

    private static List<Double> averages(double[] sums, long samples) {
        return Arrays.stream(sums).map(sum -> sum / samples).boxed().toList();
    }

    /** Each expert's weight summed over samples, of each sample its tokens' mean. */
    private static double[] means(Tensor routing, long samples) {
        float[] mean = routing.to(DType.F64).mean(0).toFloats();
        double[] sums = new double[mean.length];
        Arrays.setAll(sums, k -> (double) mean[k] * samples);
        return sums;
    }

    private <R> List<R> deal(List<Chunk> chunks, String label, Function<Chunk, R> work) {
        return run.profiler().part(Part.STATISTICS, () -> run.profiler()
                .measure("calibrate", () -> run.deal(label, chunks, (worker, chunk) -> computed(chunk, work))));
    }

    private <R> R computed(Chunk chunk, Function<Chunk, R> work) {
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            return run.precision().run(() -> work.apply(chunk));
        }
    }

    private BlockEncoder encoder(Layers layers) {
        return encoder(pool.architecture(), layers);
    }

    /**
     * A view that goes block by block.
     *
     * @throws AmalgamException if the architecture offers none
     */
    static BlockEncoder encoder(Architecture architecture, Layers layers) {
        if (architecture.encoder(layers) instanceof BlockEncoder stack) {
            return stack;
        }
        throw new AmalgamException("ada_svd goes block by block, which " + architecture.describe()
                + " does not offer; merge other models");
    }
}
