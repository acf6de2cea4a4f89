package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.NumpyFile;
import org.amalgam.checkpoint.TorchFile;
import org.amalgam.merge.Coefficients;
import org.amalgam.merge.Coefficients.Granularity;
import org.amalgam.tensor.Tensor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Merging coefficients from and to files that PyTorch and NumPy share. */
final class CoefficientsFile {

    private CoefficientsFile() {}

    /**
     * Coefficients from a list of numbers, or of one such list a task, or from a {@code .pt}, {@code .np} or {@code .npy} file.
     *
     * @throws AmalgamException if they are none of these or do not fit the models
     */
    static Coefficients of(Object given, Granularity granularity, int tasks, int layers) {
        if (given instanceof List<?> list) {
            return Coefficients.checked(fromList(list), granularity, tasks, layers, "method.weights");
        }
        if (given instanceof String text) {
            return Coefficients.checked(read(Path.of(text)), granularity, tasks, layers, text);
        }
        throw new AmalgamException(
                "method.weights: expected a list of numbers or the path of a .pt, .np or .npy file, found " + given);
    }

    /** Saves coefficients as the reference does. */
    static void save(Path path, Coefficients coefficients) {
        Tensor lambda = coefficients.lambda();
        TorchFile.writeTensor(path, HostTensor.ofFloats(lambda.toFloats(), lambda.shape()));
    }

    private static Tensor read(Path path) {
        if (!Files.exists(path)) {
            throw new AmalgamException("method.weights: there is no file " + path);
        }
        String name = path.getFileName().toString();
        HostTensor tensor;
        if (name.endsWith(".pt")) {
            tensor = TorchFile.readTensor(path);
        } else if (name.endsWith(".np") || name.endsWith(".npy")) {
            tensor = NumpyFile.read(path);
        } else {
            throw new AmalgamException("method.weights: " + path + " is neither a .pt nor a .np or .npy file");
        }
        return Tensor.of(tensor.toFloats(), tensor.dimensions());
    }

    private static Tensor fromList(List<?> list) {
        if (list.stream().allMatch(Number.class::isInstance)) {
            return Tensor.of(floats(list), list.size());
        }
        if (list.stream()
                .allMatch(row -> row instanceof List<?> cells && cells.stream().allMatch(Number.class::isInstance))) {
            return table(list.stream().map(row -> floats((List<?>) row)).toList());
        }
        throw new AmalgamException("method.weights: expected numbers, or one list of numbers a task, found " + list);
    }

    private static Tensor table(List<float[]> rows) {
        int columns = rows.get(0).length;
        for (int k = 1; k < rows.size(); k++) {
            if (rows.get(k).length != columns) {
                throw new AmalgamException("method.weights: task " + k + " has " + rows.get(k).length
                        + " numbers, task 0 has " + columns + "; give every task as many");
            }
        }
        return Tensor.stack(rows.stream().map(row -> Tensor.of(row, columns)).toList());
    }

    private static float[] floats(List<?> numbers) {
        float[] values = new float[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = ((Number) numbers.get(i)).floatValue();
        }
        return values;
    }
}
