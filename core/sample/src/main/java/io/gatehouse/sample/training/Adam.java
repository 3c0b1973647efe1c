package io.gatehouse.sample.training;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/** Adam (Kingma and Ba 2014, arXiv 1412.6980) on gradients whose common norm is clipped to one. */
final class Adam {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.98;
    private static final float EPSILON = 1e-8f;
    private static final float LARGEST_NORM = 1;

    private final Ops tf;
    private final Placeholder<TFloat32> rate;
    private final Placeholder<TFloat32> beta1Power;
    private final Placeholder<TFloat32> beta2Power;
    private final List<Op> initializers = new ArrayList<>();
    private final List<Op> updates = new ArrayList<>();

    Adam(Ops tf, Parameters parameters, Operand<TFloat32> loss) {
        this.tf = tf;
        rate = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        beta1Power = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        beta2Power = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        List<Parameters.Parameter> trained = parameters.all();
        Gradients gradients = tf.gradients(
                loss, trained.stream().map(Parameters.Parameter::variable).toList());
        Operand<TFloat32> scale = clip(gradients, trained.size());
        for (int i = 0; i < trained.size(); i++) {
            Operand<TFloat32> gradient = tf.math.mul(gradients.dy(i), scale);
            update(trained.get(i), gradient);
        }
    }

    private Operand<TFloat32> clip(Gradients gradients, int count) {
        List<Operand<TFloat32>> squares = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            squares.add(tf.nn.l2Loss(gradients.<TFloat32>dy(i)));
        }
        // l2Loss is half the sum of squares.
        Operand<TFloat32> norm = tf.math.sqrt(tf.math.mul(tf.math.addN(squares), tf.constant(2f)));
        return tf.math.minimum(tf.constant(1f), tf.math.div(tf.constant(LARGEST_NORM), norm));
    }

    private void update(Parameters.Parameter parameter, Operand<TFloat32> gradient) {
        Variable<TFloat32> mean = moment(parameter);
        Variable<TFloat32> square = moment(parameter);
        updates.add(tf.train.applyAdam(
                parameter.variable(),
                mean,
                square,
                beta1Power,
                beta2Power,
                rate,
                tf.constant((float) BETA1),
                tf.constant((float) BETA2),
                tf.constant(EPSILON),
                gradient));
    }

    private Variable<TFloat32> moment(Parameters.Parameter parameter) {
        Variable<TFloat32> moment = tf.variable(parameter.shape(), TFloat32.class);
        initializers.add(tf.assign(moment, tf.zeros(tf.constant(parameter.shape()), TFloat32.class)));
        return moment;
    }

    /** Sets the moments to zero. */
    void initialize(Session session) {
        for (Op initializer : initializers) {
            session.run(initializer);
        }
    }

    /**
     * The numbers that one step is fed.
     *
     * @param step counts from 1
     */
    AdamFeed feed(int step, double learningRate) {
        return new AdamFeed(
                TFloat32.scalarOf((float) learningRate),
                TFloat32.scalarOf((float) Math.pow(BETA1, step)),
                TFloat32.scalarOf((float) Math.pow(BETA2, step)));
    }

    /** The three numbers that change from step to step. */
    record AdamFeed(TFloat32 rate, TFloat32 beta1Power, TFloat32 beta2Power) implements AutoCloseable {
        @Override
        public void close() {
            rate.close();
            beta1Power.close();
            beta2Power.close();
        }
    }

    /** Adds one update of every parameter to a run. */
    void addTo(Session.Runner runner, AdamFeed feed) {
        runner.feed(rate, feed.rate()).feed(beta1Power, feed.beta1Power()).feed(beta2Power, feed.beta2Power());
        updates.forEach(runner::addTarget);
    }
}
