package org.amalgam.golden;

import org.amalgam.checkpoint.HostTensor;
import org.amalgam.merge.LowRank;
import org.amalgam.pool.ModelPool;
import org.amalgam.tensor.LinearAlgebra;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Singular values of a task vector's matrices, and their truncations to given ranks. */
final class LowRankCheck implements Check {

    private static final String VALUES = "singular_values/";

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.id().equals("svd_compression");
    }

    @Override
    public void run(GoldenCase golden) {
        try (Scope scope = Scope.open()) {
            String task = golden.settings().path("task").asText();
            Path folder = golden.folder(task);
            Weights taskVector = ModelPool.open(golden.folder("base"), Map.of(task, folder))
                    .taskVectors()
                    .taskVector(0);
            golden.expected().stream().filter(name -> name.startsWith(VALUES)).forEach(name -> {
                Tensor matrix = taskVector.get(name.substring(VALUES.length()));
                golden.expect(name, Hosts.host(LinearAlgebra.svd(matrix).values()));
            });
            golden.settings().path("ranks").forEach(rank -> {
                String name = "reconstruction_rank_" + rank.asInt();
                Map<String, HostTensor> truncated = new LinkedHashMap<>();
                golden.expectedKeys(name)
                        .forEach(key -> truncated.put(
                                key,
                                Hosts.host(LowRank.of(taskVector.get(key), rank.asInt(), key)
                                        .reconstruct())));
                golden.expectState(name, truncated);
            });
        }
    }
}
