package org.amalgam.golden;

import org.amalgam.checkpoint.HostTensor;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.Map;

/** Between the golden files' tensors and native ones. */
final class Hosts {

    private Hosts() {}

    static Tensor tensor(HostTensor host) {
        return Tensor.of(
                host.dtype(), host.shape().stream().mapToLong(Long::longValue).toArray(), host.data());
    }

    static HostTensor host(Tensor tensor) {
        return HostTensor.ofFloats(tensor.to(DType.F32).toFloats(), tensor.shape());
    }

    static Map<String, HostTensor> state(Weights weights) {
        Map<String, HostTensor> state = new LinkedHashMap<>();
        weights.entries().forEach((name, tensor) -> state.put(name, host(tensor)));
        return state;
    }
}
