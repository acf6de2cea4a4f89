package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.data.dataset.Sampler;
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
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Averages routing weights over samples, block by block: a block's linear maps are upscaled, all samples' hidden states pass
 * it, the block is released, and the hidden states are the next block's input. So one block of experts is in memory at a time.
 *
 * @param base what is not upscaled
 */
record Calibration(ModelPool pool, SmileUpscaling how, Weights base, int numSamples, long seed, Run run) {

    /** Samples at a time on a worker. */
    private static final int CHUNK = 16;

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
                try (Scope inner = Scope.open()) {
                    Upscaling upscaled =
                            run.profiler().measure("upscale block", () -> Upscaling.of(how, own, pool, run));
                    routing.putAll(pass(chunks, hidden, block, upscaled.layers()));
                    spectra = spectra.and(upscaled.spectra());
                }
            }
        }
        return new Result(routing, spectra);
    }

    private List<Chunk> chunks() {
        List<Chunk> chunks = new ArrayList<>();
        long first = 0;
        for (Task task : pool.trainingTasks()) {
            if (task.size() < numSamples) {
                throw new AmalgamException("method.num_samples: " + task.name() + " has " + task.size()
                        + " training samples, and " + numSamples + " are to be drawn; ask for at most " + task.size());
            }
            int drawn = run.fastDevRun() ? Math.min(numSamples, CHUNK) : numSamples;
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
            List<Chunk> chunks, Tensor hidden, int block, Map<String, SmileLinear> upscaled) {
        List<Map<String, double[]>> sums = deal(chunks, "block " + block, chunk -> {
            Map<String, double[]> sum = new LinkedHashMap<>();
            RoutingObserver observer = (layer, routing) ->
                    sum.put(layer, means(routing, chunk.rows().size()));
            Map<String, Layer> observed = new LinkedHashMap<>();
            upscaled.forEach((name, layer) -> observed.put(name, layer.observed(name, observer)));
            Layer network = encoder(new Layers(base, observed)).blocks().get(block);
            Tensor states = chunk.of(hidden);
            states.assign(network.apply(states));
            return sum;
        });
        Map<String, List<Double>> averages = new LinkedHashMap<>();
        for (String layer : upscaled.keySet()) {
            double[] total = new double[pool.tasks().size()];
            for (Map<String, double[]> sum : sums) {
                double[] more = sum.get(layer);
                Arrays.setAll(total, k -> total[k] + more[k]);
            }
            averages.put(
                    layer,
                    Arrays.stream(total)
                            .map(sum -> sum / hidden.size(0))
                            .boxed()
                            .toList());
        }
        return averages;
    }

    /** Each expert's weight summed over samples, of each sample its tokens' mean. */
    private static double[] means(Tensor routing, int samples) {
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
        Architecture architecture = pool.architecture();
        if (architecture.encoder(layers) instanceof BlockEncoder stack) {
            return stack;
        }
        throw new AmalgamException("ada_svd goes block by block, which " + architecture.describe()
                + " does not offer; merge other models");
    }
}
