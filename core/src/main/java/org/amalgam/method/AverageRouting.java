package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.SafetensorsFile;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.figure.Axis;
import org.amalgam.figure.ColumnGroup;
import org.amalgam.figure.Figure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What each expert weighs in each linear map, averaged over calibration samples: all that a merge by routing needs of data.
 *
 * @param byLayer for every upscaled map one weight an expert, 1 in sum; in the network's order
 * @param about what it was taken with: hashes of the models, settings, data
 */
public record AverageRouting(Map<String, List<Double>> byLayer, Map<String, String> about) {

    private static final String LAYERS = "layers";
    private static final String ROUTING = "routing";

    /**
     * Reads a file that {@link #save} wrote.
     *
     * @param expected what it must have been taken with, models and settings by name
     * @throws AmalgamException if there is no such file, or it was taken with others
     */
    static AverageRouting read(Path path, Map<String, String> expected) {
        if (!Files.exists(path)) {
            throw new AmalgamException(
                    "method.routing: there is no file " + path + "; method.save_routing of an earlier run writes one");
        }
        SafetensorsFile file = Safetensors.open(path);
        if (!file.slots().containsKey(ROUTING) || !file.metadata().containsKey(LAYERS)) {
            throw new AmalgamException("method.routing: " + path
                    + " holds no routing statistics; expected a file that method.save_routing wrote");
        }
        MixtureFile.requireSame(path, file.metadata(), expected);
        HostTensor table = file.tensor(ROUTING);
        double[] values = table.toDoubles();
        int experts = table.shape().get(1).intValue();
        Map<String, List<Double>> byLayer = new LinkedHashMap<>();
        for (String layer : file.metadata().get(LAYERS).lines().toList()) {
            int row = byLayer.size() * experts;
            byLayer.put(layer, Arrays.stream(values, row, row + experts).boxed().toList());
        }
        return new AverageRouting(byLayer, file.metadata());
    }

    /** Writes the statistics and what they were taken with. */
    void save(Path path) {
        Map<String, String> metadata = new LinkedHashMap<>(about);
        metadata.put(LAYERS, String.join("\n", byLayer.keySet()));
        SafetensorsWriter.write(path, metadata, List.of(SafetensorsWriter.Entry.of(ROUTING, table())));
    }

    /** The weights as one row a map, float64. */
    public HostTensor table() {
        double[] values = byLayer.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .toArray();
        return HostTensor.ofDoubles(values, byLayer.size(), values.length / Math.max(1, byLayer.size()));
    }

    /** Experts by linear maps, the maps grouped by block. */
    Figure figure(List<String> tasks) {
        List<String> layers = List.copyOf(byLayer.keySet());
        List<List<Double>> rows = new ArrayList<>();
        for (int k = 0; k < tasks.size(); k++) {
            int expert = k;
            rows.add(
                    layers.stream().map(layer -> byLayer.get(layer).get(expert)).toList());
        }
        return new Figure.HeatMap(
                "Average routing weights",
                "Each cell is what one expert (row) weighs in one linear map (column), averaged over the calibration samples of"
                        + " all tasks: 1 / %d everywhere would be no preference.".formatted(tasks.size()),
                Axis.of("linear map, by block"),
                Axis.of("expert"),
                tasks,
                layers,
                ColumnGroup.byBlock(layers),
                rows,
                Axis.of("average routing weight"),
                Figure.Scale.SEQUENTIAL);
    }
}
