package org.amalgam.method;

import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.mixture.Mixture;
import org.amalgam.mixture.SmileMixture;
import org.amalgam.mixture.SmileUpscaling;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.ParameterSpec;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every linear map of every block becomes the ancestor's with low-rank experts, and each token is sent to those whose leading
 * singular directions it lies in (Tang et al., SMILE, 2024). Nothing is trained and no data is looked at.
 */
public record Smile(
        @Setting(value = "cpu", help = "accepted for the reference's sake; the processor computes")
        String device,

        @Setting(value = "null", help = "accepted for the reference's sake; the processor computes")
        Optional<String> upscalingAccelerator,

        @Setting(value = "true", help = "refuse a gate_k or k above a matrix's rank; false cuts it to the rank")
        boolean fullMatrices,

        @Setting(value = "1", atLeast = 1, help = "right singular directions of each expert that the gate looks at")
        int gateK,

        @Setting(value = "128", help = "rank of the experts; -1 does not truncate them")
        int k,

        @Setting(value = "1", atLeast = 1, help = "experts that each token is sent to")
        int topK,

        @Setting(value = "true", help = "gates look at the task vectors; false: at the fine-tuned matrices themselves")
        boolean routingUseDiff,

        @Setting(
                value = "false",
                help = "norms and embeddings become the fine-tuned models' mean instead of the ancestor's")
        boolean averageExperts,

        @Setting(
                value = "null",
                help = "folder of the upscaled model: loaded if it is there and was made of these models with these"
                        + " settings, written otherwise")
        Optional<Path> modelPath)
        implements Method {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        Map<String, String> about = about(pool);
        List<String> notes = new ArrayList<>();
        Devices.note(device, upscalingAccelerator).ifPresent(notes::add);
        if (modelPath.filter(Files::exists).isPresent()) {
            MixtureFile file = MixtureFile.open(modelPath.get());
            MixtureFile.requireSame(file.path(), file.description(), about);
            Mixture mixture = file.read(pool);
            notes.add(Sizes.of(mixture, pool));
            return MergedModel.of(mixture).withNotes(notes);
        }
        Upscaling upscaled = run.profiler().measure("merge model", () -> upscale(pool, run));
        Mixture mixture = SmileMixture.of(
                pool.architecture(), Upscaling.base(pool, averageExperts), upscaled.layers(), topK, about);
        modelPath.ifPresent(folder -> AtomicFolder.write(
                folder, partial -> pool.writer().saveMixture(mixture.weights(), mixture.description(), partial)));
        notes.add(Sizes.of(mixture, pool));
        notes.addAll(upscaled.spectra().notes(pool.tasks()));
        return MergedModel.of(mixture)
                .withFigures(List.of(upscaled.spectra().figure(pool.tasks(), routingUseDiff)))
                .withNotes(notes);
    }

    @Override
    public void requireFit(ModelPool pool) {
        Method.super.requireFit(pool);
        upscaling()
                .requireFit(
                        pool.architecture().linears(),
                        pool.ancestor().weights(),
                        pool.tasks().size());
        modelPath
                .filter(Files::exists)
                .map(MixtureFile::open)
                .ifPresent(file -> MixtureFile.requireSame(file.path(), file.description(), about(pool)));
    }

    private SmileUpscaling upscaling() {
        return new SmileUpscaling(gateK, k, topK, routingUseDiff, fullMatrices);
    }

    private Upscaling upscale(ModelPool pool, Run run) {
        return Upscaling.of(upscaling(), pool.architecture().linears(), pool, run);
    }

    /** What the file says of itself. */
    private Map<String, String> about(ModelPool pool) {
        Map<String, String> about = new LinkedHashMap<>(MixtureFile.hashes(pool));
        about.put("gate_k", Integer.toString(gateK));
        about.put("k", Integer.toString(k));
        about.put("top_k", Integer.toString(topK));
        about.put("routing_use_diff", Boolean.toString(routingUseDiff));
        about.put("average_experts", Boolean.toString(averageExperts));
        return about;
    }

    @Override
    public OptionalLong mixtureBytes(ModelPool pool) {
        return OptionalLong.of(expertBytes(pool) + pool.architecture().elements() * Float.BYTES);
    }

    @Override
    public long memory(ModelPool pool, Run run) {
        return expertBytes(pool);
    }

    /** Gates and experts of every linear map. */
    private long expertBytes(ModelPool pool) {
        Map<String, ParameterSpec> shapes = pool.architecture().parameters().stream()
                .collect(Collectors.toMap(ParameterSpec::name, Function.identity()));
        long scalars = 0;
        for (LinearSpec map : pool.architecture().linears()) {
            List<Long> shape = shapes.get(map.weight()).shape();
            long expert = k < 0 ? shape.get(0) * shape.get(1) : k * (shape.get(0) + shape.get(1));
            scalars += pool.tasks().size() * (expert + gateK * Math.max(shape.get(0), shape.get(1)));
        }
        return scalars * Float.BYTES;
    }
}
