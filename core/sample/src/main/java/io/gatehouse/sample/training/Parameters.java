package io.gatehouse.sample.training;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/** The trained arrays of a graph, in the order they were made. */
final class Parameters {
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

    private final Ops tf;
    private final List<Parameter> parameters = new ArrayList<>();

    Parameters(Ops tf) {
        this.tf = tf;
    }

    List<Parameter> all() {
        return List.copyOf(parameters);
    }

    /** A vector that begins with ones. */
    Variable<TFloat32> ones(String name, int size) {
        return add(name, Shape.of(size), 1, 0);
    }

    /** An array whose values begin normally distributed around zero. */
    Variable<TFloat32> normal(String name, double deviation, long... shape) {
        return add(name, Shape.of(shape), 0, deviation);
    }

    private Variable<TFloat32> add(String name, Shape shape, double mean, double deviation) {
        Variable<TFloat32> variable = tf.variable(shape, TFloat32.class);
        Placeholder<TFloat32> fed = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
        parameters.add(new Parameter(name, shape, mean, deviation, variable, fed, tf.assign(variable, fed)));
        return variable;
    }

    void initialize(Session session, RandomGenerator random) {
        Map<String, float[]> values = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            float[] value = new float[parameter.size()];
            for (int i = 0; i < value.length; i++) {
                value[i] = (float) (parameter.mean() + parameter.deviation() * random.nextGaussian());
            }
            values.put(parameter.name(), value);
        }
        assign(session, values);
    }

    /** Sets every parameter; values are row-major. */
    void assign(Session session, Map<String, float[]> values) {
        for (Parameter parameter : parameters) {
            float[] value = requireNonNull(values.get(parameter.name()), parameter.name());
            try (TFloat32 tensor = TFloat32.tensorOf(parameter.shape(), DataBuffers.of(value));
                    Result result = session.runner()
                            .feed(parameter.fed(), tensor)
                            .addTarget(parameter.assign())
                            .run()) {
                requireNonNull(result, "result is null");
            }
        }
    }

    /** The current values by name, row-major. */
    Map<String, float[]> values(Session session) {
        Map<String, float[]> values = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            try (Result result = session.runner().fetch(parameter.variable()).run()) {
                float[] value = new float[parameter.size()];
                ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(value);
                values.put(parameter.name(), value);
            }
        }
        return values;
    }
}
