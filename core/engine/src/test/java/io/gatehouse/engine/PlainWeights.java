package io.gatehouse.engine;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.testing.checkpoint.StoredValues;
import java.util.HashMap;
import java.util.Map;

/** The weights of a checkpoint in double precision, whatever type they are stored in; matrices row by row. */
final class PlainWeights {
    private final Checkpoint checkpoint;
    private final Map<String, double[]> read = new HashMap<>();

    PlainWeights(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    double[] of(String name) {
        return read.computeIfAbsent(name, absent -> values(checkpoint, absent));
    }

    private static double[] values(Checkpoint checkpoint, String name) {
        TensorInfo tensor = checkpoint.tensor(name).plain().orElseThrow();
        return StoredValues.of(tensor.dtype().name(), tensor.bytes(), bytes -> checkpoint.read(tensor, bytes));
    }
}
