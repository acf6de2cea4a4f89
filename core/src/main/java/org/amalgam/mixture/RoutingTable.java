package org.amalgam.mixture;

import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Mean routing weights of each data set in each layer, gathered while samples pass a mixture. Safe for several threads. */
public final class RoutingTable {

    private static final class Mean {
        private final double[] sum;
        private long rows;

        Mean(int experts) {
            this.sum = new double[experts];
        }

        void add(float[] routing) {
            for (int i = 0; i < routing.length; i++) {
                sum[i % sum.length] += routing[i];
            }
            rows += routing.length / sum.length;
        }
    }

    private final Map<String, Map<String, Mean>> byTask = new LinkedHashMap<>();

    /** Gathers the routing of that data set's samples. */
    public RoutingObserver of(String task) {
        return (layer, routing) -> {
            float[] values = floats(routing);
            synchronized (this) {
                byTask.computeIfAbsent(task, name -> new LinkedHashMap<>())
                        .computeIfAbsent(layer, name -> new Mean((int) routing.size(-1)))
                        .add(values);
            }
        };
    }

    private static float[] floats(Tensor routing) {
        try (Scope scope = Scope.open()) {
            return routing.detach().toFloats();
        }
    }

    public synchronized boolean isEmpty() {
        return byTask.isEmpty();
    }

    /** The data sets of which samples passed. */
    public synchronized List<String> tasks() {
        return List.copyOf(byTask.keySet());
    }

    /** The layers that routed, in the network's order. */
    public synchronized List<String> layers() {
        return byTask.values().stream()
                .findFirst()
                .map(layers -> List.copyOf(layers.keySet()))
                .orElse(List.of());
    }

    /** How many experts there are; 0 before anything was seen. */
    public synchronized int experts() {
        return byTask.values().stream()
                .flatMap(layers -> layers.values().stream())
                .mapToInt(mean -> mean.sum.length)
                .findFirst()
                .orElse(0);
    }

    /** Mean weights [data sets, layers x experts]; NaN where none was seen. */
    public synchronized double[][] values() {
        List<String> layers = layers();
        int experts = experts();
        List<double[]> rows = new ArrayList<>();
        for (Map<String, Mean> means : byTask.values()) {
            double[] row = new double[layers.size() * experts];
            for (int i = 0; i < row.length; i++) {
                Mean mean = means.get(layers.get(i / experts));
                row[i] = mean == null ? Double.NaN : mean.sum[i % experts] / mean.rows;
            }
            rows.add(row);
        }
        return rows.toArray(double[][]::new);
    }
}
