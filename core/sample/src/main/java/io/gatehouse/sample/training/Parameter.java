package io.gatehouse.sample.training;

import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * One trained array. Matrices are stored as they are multiplied, {@code [in, out]}; experts' matrices are stacked,
 * {@code [experts, in, out]}.
 *
 * @param mean of the values it begins with
 * @param deviation standard deviation of those values, which are normally distributed
 * @param assign sets the variable to what is fed to {@code fed}
 */
record Parameter(
        String name,
        Shape shape,
        double mean,
        double deviation,
        Variable<TFloat32> variable,
        Placeholder<TFloat32> fed,
        Op assign) {
    int size() {
        return Math.toIntExact(shape.size());
    }
}
