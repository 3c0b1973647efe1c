package io.gatehouse.engine.graph.op;

import java.util.Arrays;
import java.util.List;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * A weight the graph needs: one tensor of the checkpoint, or several stacked along their rows so that one matrix
 * product does the work of all.
 *
 * @param tensors names in the checkpoint, with the layer still open for the weights of a layer
 * @param shape shape of the whole
 * @param type type in which the graph computes with it
 */
public record WeightSpec<T extends TFloating>(List<String> tensors, Shape shape, Class<T> type) {
    public WeightSpec {
        tensors = List.copyOf(tensors);
    }

    public static WeightSpec<TFloat32> vector(String tensor, long size) {
        return new WeightSpec<>(List.of(tensor), Shape.of(size), TFloat32.class);
    }

    public static <T extends TFloating> WeightSpec<T> matrix(String tensor, long rows, long columns, Class<T> type) {
        return new WeightSpec<>(List.of(tensor), Shape.of(rows, columns), type);
    }

    public static <T extends TFloating> WeightSpec<T> stacked(
            String upper, String lower, long rowsEach, long columns, Class<T> type) {
        return new WeightSpec<>(List.of(upper, lower), Shape.of(2 * rowsEach, columns), type);
    }

    /** The same weight with something before its names. */
    public WeightSpec<T> under(String prefix) {
        return new WeightSpec<>(tensors.stream().map(prefix::concat).toList(), shape, type);
    }

    /** Shape of each of the tensors in the checkpoint. */
    public List<Long> storedShape() {
        long[] stored = shape.asArray();
        stored[0] /= tensors.size();
        return Arrays.stream(stored).boxed().toList();
    }
}
