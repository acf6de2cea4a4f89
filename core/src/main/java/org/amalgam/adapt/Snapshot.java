package org.amalgam.adapt;

import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.SafetensorsFile;
import org.amalgam.checkpoint.StateFile;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The state of an adaptation on disk, so that a run that was killed goes on to the same bits: parameters, the optimiser's
 * moments and the trace so far. Samples are drawn by step number, so nothing else is needed.
 */
final class Snapshot {

    private static final String PROBES = "probes";
    private static final String MILESTONES = "milestones";

    private final StateFile file;
    private List<Trace.Milestone> milestones = List.of();

    /**
     * The snapshot in that file.
     *
     * @param identity whatever must be the same for a run to go on: settings, inputs, seed
     */
    Snapshot(Optional<Path> file, String identity) {
        this.file = new StateFile(file, identity);
    }

    /**
     * Brings back what was saved, if anything was.
     *
     * @return the steps done so far
     * @throws org.amalgam.AmalgamException if the file belongs to another run
     */
    List<Trace.Step> restore(Weights parameters, Optimizer optimizer) {
        return file.read().map(saved -> restore(saved, parameters, optimizer)).orElse(List.of());
    }

    private List<Trace.Step> restore(SafetensorsFile saved, Weights parameters, Optimizer optimizer) {
        state(parameters, optimizer).forEach((name, tensor) -> {
            HostTensor kept = saved.tensor(name);
            tensor.assign(Tensor.of(kept.toFloats(), tensor.shape()));
        });
        milestones = milestones(saved);
        return trace(saved);
    }

    /** The milestones of what {@link #restore} brought back. */
    List<Trace.Milestone> milestones() {
        return milestones;
    }

    /** Saves if some time has passed since the last time, or if it must be now. */
    void saveIfDue(
            Weights parameters, Optimizer optimizer, List<Trace.Step> trace, List<Trace.Milestone> seen, boolean now) {
        if (!file.isDue(now)) {
            return;
        }
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        state(parameters, optimizer)
                .forEach((name, tensor) -> tensors.put(name, HostTensor.ofFloats(tensor.toFloats(), tensor.shape())));
        List<String> probes = List.copyOf(trace.get(0).parameters().keySet());
        tensors.put("losses", table(trace.stream().map(Trace.Step::losses).toList()));
        tensors.put(
                "parameters",
                table(trace.stream()
                        .map(step -> List.copyOf(step.parameters().values()))
                        .toList()));
        Map<String, String> metadata = new LinkedHashMap<>(Map.of(PROBES, String.join("\n", probes)));
        if (!seen.isEmpty()) {
            metadata.put(MILESTONES, String.join("\n", seen.get(0).numbers().keySet()));
            tensors.put(
                    MILESTONES,
                    table(seen.stream()
                            .map(milestone -> Stream.concat(
                                            Stream.of((double) milestone.done()), milestone.numbers().values().stream())
                                    .toList())
                            .toList()));
        }
        file.write(metadata, tensors);
    }

    private static Map<String, Tensor> state(Weights parameters, Optimizer optimizer) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        parameters.entries().forEach((name, tensor) -> state.put("parameters/" + name, tensor));
        optimizer.state().forEach((moment, weights) -> weights.entries()
                .forEach((name, tensor) -> state.put(moment + "/" + name, tensor)));
        return state;
    }

    private static HostTensor table(List<List<Double>> rows) {
        double[] cells = rows.stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .toArray();
        return HostTensor.ofDoubles(cells, rows.size(), rows.get(0).size());
    }

    private static List<Trace.Milestone> milestones(SafetensorsFile saved) {
        if (!saved.metadata().containsKey(MILESTONES)) {
            return List.of();
        }
        List<String> names = saved.metadata().get(MILESTONES).lines().toList();
        return rows(saved.tensor(MILESTONES)).stream()
                .map(row -> new Trace.Milestone(row.get(0).intValue(), named(names, row.subList(1, row.size()))))
                .toList();
    }

    private static List<Trace.Step> trace(SafetensorsFile saved) {
        List<String> probes = saved.metadata().get(PROBES).lines().toList();
        List<List<Double>> losses = rows(saved.tensor("losses"));
        List<List<Double>> parameters = rows(saved.tensor("parameters"));
        List<Trace.Step> steps = new ArrayList<>();
        for (int step = 0; step < losses.size(); step++) {
            steps.add(new Trace.Step(losses.get(step), named(probes, parameters.get(step))));
        }
        return steps;
    }

    private static Map<String, Double> named(List<String> names, List<Double> numbers) {
        Map<String, Double> named = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            named.put(names.get(i), numbers.get(i));
        }
        return named;
    }

    private static List<List<Double>> rows(HostTensor table) {
        int columns = table.shape().get(1).intValue();
        double[] cells = table.toDoubles();
        List<List<Double>> rows = new ArrayList<>();
        for (int start = 0; start < cells.length; start += columns) {
            rows.add(java.util.Arrays.stream(cells, start, start + columns)
                    .boxed()
                    .toList());
        }
        return rows;
    }
}
