package org.amalgam.statistic;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.SafetensorsFile;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.model.Architecture;
import org.amalgam.pool.Model;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;
import org.amalgam.tensor.MappedFile;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A statistic of one model on disk: safetensors, whose metadata say what was measured, on which model, with which network and on which data. One file
 * a model, so that it can be shared with the model.
 *
 * @param path {@code <folder>/<kind>_<model>.safetensors}
 */
record StatisticFile(Path path) {

    private static final String STATISTIC = "statistic";
    private static final String MODEL = "model_sha256";
    private static final String NETWORK = "network";
    private static final String DATA = "data";
    private static final String SAMPLES = "samples";

    static StatisticFile in(Path folder, Statistic statistic, Model model) {
        return new StatisticFile(folder.resolve(statistic.kind() + "_" + model.name() + ".safetensors"));
    }

    void write(
            Statistic statistic,
            Architecture architecture,
            Model model,
            Task task,
            Samples samples,
            Run run,
            Weights values) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(STATISTIC, statistic.describe());
        metadata.put(MODEL, model.checkpoint().sha256());
        metadata.put(NETWORK, architecture.computed());
        metadata.put(DATA, task.fingerprint());
        metadata.put(SAMPLES, samples.describe(run));
        List<SafetensorsWriter.Entry> entries = values.entries().entrySet().stream()
                .map(e -> new SafetensorsWriter.Entry(
                        e.getKey(),
                        e.getValue().dtype(),
                        Arrays.stream(e.getValue().shape()).boxed().toList(),
                        (out, span) -> e.getValue().writeTo(out, span)))
                .toList();
        SafetensorsWriter.write(path, metadata, entries);
    }

    /**
     * The values, mapped.
     *
     * @param architecture of the network that a statistic is taken with
     * @param names the tensors wanted
     * @param task the data that the pool names for the model, if it names any
     * @throws AmalgamException if there is no such file, or if it was measured otherwise, on another model, with another network or on other data
     */
    Read read(Statistic statistic, Architecture architecture, List<String> names, Model model, Optional<Task> task) {
        if (!Files.exists(path)) {
            throw new AmalgamException("method.statistics: there is no file " + path + " with the "
                    + statistic.describe() + " of the model " + model.name()
                    + "; take it with method.save_statistics, or name the folder where it is");
        }
        SafetensorsFile file = Safetensors.open(path);
        require(file, STATISTIC, statistic.describe(), "the settings ask for");
        require(file, MODEL, model.checkpoint().sha256(), "the model " + model.name() + " is");
        // Files of earlier versions do not say it.
        if (file.metadata().containsKey(NETWORK)) {
            require(file, NETWORK, architecture.computed(), "the ancestor's is");
        }
        task.ifPresent(
                data -> require(file, DATA, data.fingerprint(), "the training data of " + model.name() + " are"));
        MappedFile mapped = MappedFile.open(path);
        Map<String, Tensor> values = new LinkedHashMap<>();
        for (String name : names) {
            TensorSlot slot = file.slots().get(name);
            if (slot == null) {
                throw new AmalgamException(path + ": has nothing on " + name
                        + "; leave it out with method.exclude_param_names_regex, or take the statistics anew");
            }
            values.put(name, mapped.tensor(slot.dtype(), slot.dimensions(), slot.offset()));
        }
        return new Read(
                new Weights(values), file.metadata().getOrDefault(SAMPLES, "samples that the file does not tell"));
    }

    /**
     * What a file holds.
     *
     * @param samples in words
     */
    record Read(Weights values, String samples) {}

    private void require(SafetensorsFile file, String key, String expected, String what) {
        String found = file.metadata().get(key);
        if (!expected.equals(found)) {
            throw new AmalgamException(path + ": its " + key + " is " + found + ", " + what + " " + expected
                    + "; name the folder of the right statistics, or take them anew without method.statistics");
        }
    }
}
