package io.gatehouse.engine;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;

/**
 * The weights of one part of the graph. Each is a resource variable that is assigned from a fed tensor: on a CPU the
 * variable aliases the tensor, so that giving the generic layer the weights of another layer copies nothing. A tensor
 * must therefore stay open for as long as it is assigned.
 */
final class Weights {
    private record Slot(WeightSpec spec, Placeholder<TFloat32> feed, Op assign) {}

    private final Ops tf;
    private final String part;
    private final List<Slot> slots = new ArrayList<>();

    /**
     * @param part names the part of the graph; variables of the same name are one variable to TensorFlow
     */
    Weights(Ops tf, String part) {
        this.tf = tf;
        this.part = part;
    }

    /** Adds a weight and returns its value in the graph. */
    Operand<TFloat32> declare(WeightSpec spec) {
        Placeholder<TFloat32> feed = tf.placeholder(TFloat32.class, Placeholder.shape(spec.shape()));
        VarHandleOp variable =
                tf.varHandleOp(TFloat32.class, spec.shape(), VarHandleOp.sharedName(part + "/" + slots.size()));
        slots.add(new Slot(spec, feed, tf.assignVariableOp(variable, feed)));
        return tf.readVariableOp(variable, TFloat32.class);
    }

    /** The declared weights in the order in which {@link #assign} takes their tensors. */
    List<WeightSpec> specs() {
        return slots.stream().map(Slot::spec).toList();
    }

    void assign(Session session, List<TFloat32> tensors) {
        Session.Runner runner = session.runner();
        for (int i = 0; i < slots.size(); i++) {
            runner.feed(slots.get(i).feed(), tensors.get(i));
            runner.addTarget(slots.get(i).assign());
        }
        runner.run().close();
    }
}
