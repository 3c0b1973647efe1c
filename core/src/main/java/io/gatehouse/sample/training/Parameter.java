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
 * @param start how its values begin
 * @param assign sets the variable to what is fed to {@code fed}
 */
record Parameter(
        String name, Shape shape, Start start, Variable<TFloat32> variable, Placeholder<TFloat32> fed, Op assign) {
    /** How values begin: norms at one, matrices normally distributed. */
    sealed interface Start {
        record Ones() implements Start {}

        record Normal(double deviation) implements Start {}
    }

    int size() {
        return Math.toIntExact(shape.size());
    }
}
