package io.gatehouse.engine.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * The weights of one part of the graph. Each is a resource variable that is assigned from a fed tensor: on a CPU the
 * variable aliases the tensor, so that giving the generic layer the weights of another layer copies nothing. A tensor
 * must therefore not be written to for as long as it is assigned and the part may run.
 */
public final class Weights {
    private record Slot(
            WeightSpec<?> spec,
            Class<? extends TFloating> held,
            VarHandleOp variable,
            Placeholder<?> feed,
            Op assign) {}

    private final Ops tf;
    private final String part;
    private final HeldTypes heldTypes;
    private final List<Slot> slots = new ArrayList<>();
    private final Map<WeightSpec<?>, Slot> bySpec = new HashMap<>();

    /**
     * @param part names the part of the graph; variables of the same name are one variable to TensorFlow
     */
    Weights(Ops tf, String part, HeldTypes heldTypes) {
        this.tf = tf;
        this.part = part;
        this.heldTypes = heldTypes;
    }

    /** The value of a weight in the type in which it is computed with. */
    <T extends TFloating> Operand<T> value(WeightSpec<T> spec) {
        return widened(tf, spec);
    }

    /**
     * The same, computed only after something else: otherwise TensorFlow widens the weights of all experts at once, before
     * it computes anything.
     */
    <T extends TFloating> Operand<T> value(WeightSpec<T> spec, Op before) {
        return widened(tf.withControlDependencies(List.of(before)), spec);
    }

    /** The value of a weight in the type in which it lies in memory. */
    Operand<? extends TFloating> held(WeightSpec<?> spec) {
        Slot slot = slot(spec);
        return tf.readVariableOp(slot.variable(), slot.held());
    }

    private <T extends TFloating> Operand<T> widened(Ops where, WeightSpec<T> spec) {
        Slot slot = slot(spec);
        return new Blocks(where).cast(where.readVariableOp(slot.variable(), slot.held()), spec.type());
    }

    private Slot slot(WeightSpec<?> spec) {
        return bySpec.computeIfAbsent(spec, absent -> declare(absent, heldTypes.of(absent)));
    }

    /** The weights in the order in which {@link #assign} takes their tensors. */
    public List<HeldWeight> declared() {
        return slots.stream()
                .map(slot -> new HeldWeight(slot.spec(), slot.held()))
                .toList();
    }

    public void assign(Session session, List<? extends Tensor> tensors) {
        Session.Runner runner = session.runner();
        for (int i = 0; i < slots.size(); i++) {
            runner.feed(slots.get(i).feed(), tensors.get(i));
            runner.addTarget(slots.get(i).assign());
        }
        runner.run().close();
    }

    private <H extends TType> Slot declare(WeightSpec<?> spec, Class<H> held) {
        Placeholder<H> feed = tf.placeholder(held, Placeholder.shape(spec.shape()));
        VarHandleOp variable = tf.varHandleOp(held, spec.shape(), VarHandleOp.sharedName(part + "/" + slots.size()));
        @SuppressWarnings("unchecked") // the only types asked for are floating
        Class<? extends TFloating> floating = (Class<? extends TFloating>) (Class<?>) held;
        Slot slot = new Slot(spec, floating, variable, feed, tf.assignVariableOp(variable, feed));
        slots.add(slot);
        return slot;
    }
}
