package io.gatehouse.engine;

import java.util.List;
import org.tensorflow.ndarray.Shape;

/**
 * A weight the graph needs: one tensor of the checkpoint, or several stacked along their rows so that one matrix
 * product does the work of all.
 *
 * @param tensors names in the checkpoint, with the layer still open for the weights of a layer
 * @param shape shape of the whole
 */
record WeightSpec(List<String> tensors, Shape shape) {
    WeightSpec {
        tensors = List.copyOf(tensors);
    }

    static WeightSpec vector(String tensor, long size) {
        return new WeightSpec(List.of(tensor), Shape.of(size));
    }

    static WeightSpec matrix(String tensor, long rows, long columns) {
        return new WeightSpec(List.of(tensor), Shape.of(rows, columns));
    }

    static WeightSpec stacked(String upper, String lower, long rowsEach, long columns) {
        return new WeightSpec(List.of(upper, lower), Shape.of(2 * rowsEach, columns));
    }
}
