package io.gatehouse.engine.graph.op;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * The weights of one part of the graph. Each is a resource variable that is assigned from a fed tensor: on a CPU the
 * variable aliases the tensor, so that giving the generic layer the weights of another layer copies nothing. A tensor
 * must therefore not be written to for as long as it is assigned and the part may run.
 */
public final class Weights {
    /** A weight and the type in which it lies in memory. */
    public record Variable(WeightSpec<?> spec, Class<? extends TFloating> type) {
        public long bytes() {
            return spec.shape().size() * (type == TFloat32.class ? Float.BYTES : Short.BYTES);
        }
    }

    private record Slot(Variable weight, VarHandleOp handle, Placeholder<?> feed, Op assign) {}

    private final Ops tf;
    private final String part;
    private final Function<String, Optional<DType>> stored;
    private final List<String> prefixes;
    private final String within;
    private final List<Slot> slots;
    private final Map<WeightSpec<?>, Slot> bySpec;

    public Weights(Ops tf, String part, Checkpoint checkpoint, List<String> prefixes) {
        this(tf, part, tensor -> checkpoint.tensor(tensor).narrow(), prefixes);
    }

    /**
     * @param part names the part of the graph; variables of the same name are one variable to TensorFlow
     * @param stored the type of 16 bits that holds the values of a tensor exactly, if there is one
     * @param prefixes what stands before the names of a weight, once for each layer that it is read for
     */
    public Weights(Ops tf, String part, Function<String, Optional<DType>> stored, List<String> prefixes) {
        this(tf, part, stored, prefixes, "", new ArrayList<>(), new HashMap<>());
    }

    private Weights(
            Ops tf,
            String part,
            Function<String, Optional<DType>> stored,
            List<String> prefixes,
            String within,
            List<Slot> slots,
            Map<WeightSpec<?>, Slot> bySpec) {
        this.tf = tf;
        this.part = part;
        this.stored = stored;
        this.prefixes = List.copyOf(prefixes);
        this.within = within;
        this.slots = slots;
        this.bySpec = bySpec;
    }

    /** The same weights, where names stand under one more prefix: declaring one there declares it here. */
    public Weights within(String prefix) {
        return new Weights(tf, part, stored, prefixes, within + prefix, slots, bySpec);
    }

    /** The value of a weight in the type in which it is computed with. */
    public <T extends TFloating> Operand<T> value(WeightSpec<T> spec) {
        return widened(tf, spec);
    }

    /**
     * The same, computed only after something else: otherwise TensorFlow widens the weights of all experts at once, before
     * it computes anything.
     */
    public <T extends TFloating> Operand<T> value(WeightSpec<T> spec, Op before) {
        return widened(tf.withControlDependencies(List.of(before)), spec);
    }

    /** The value of a weight in the type in which it lies in memory. */
    public Operand<? extends TFloating> stored(WeightSpec<?> spec) {
        return read(tf, slot(spec));
    }

    private <T extends TFloating> Operand<T> widened(Ops where, WeightSpec<T> spec) {
        return new Blocks(where).cast(read(where, slot(spec)), spec.type());
    }

    private static Operand<? extends TFloating> read(Ops where, Slot slot) {
        return where.readVariableOp(slot.handle(), slot.weight().type());
    }

    private Slot slot(WeightSpec<?> spec) {
        return bySpec.computeIfAbsent(spec.under(within), absent -> declare(absent, typeInMemory(absent)));
    }

    /** The weights in the order in which {@link #assign} takes their tensors. */
    public List<Variable> variables() {
        return slots.stream().map(Slot::weight).toList();
    }

    public void assign(Session session, List<? extends Tensor> tensors) {
        Session.Runner runner = session.runner();
        for (int i = 0; i < slots.size(); i++) {
            runner.feed(slots.get(i).feed(), tensors.get(i));
            runner.addTarget(slots.get(i).assign());
        }
        runner.run().close();
    }

    private <H extends TType> Slot declare(WeightSpec<?> spec, Class<H> type) {
        Placeholder<H> feed = tf.placeholder(type, Placeholder.shape(spec.shape()));
        VarHandleOp handle = tf.varHandleOp(type, spec.shape(), VarHandleOp.sharedName(part + "/" + slots.size()));
        @SuppressWarnings("unchecked") // all weights have floating types
        Class<? extends TFloating> floating = (Class<? extends TFloating>) (Class<?>) type;
        Slot slot = new Slot(new Variable(spec, floating), handle, feed, tf.assignVariableOp(handle, feed));
        slots.add(slot);
        return slot;
    }

    /**
     * A matrix that is computed with in bf16 lies in memory in bf16. One that is computed with in fp32 lies there in a 16-bit
     * type, where one holds the values of all layers exactly, and is widened in the graph: that halves the memory. Vectors
     * lie in fp32.
     */
    private Class<? extends TFloating> typeInMemory(WeightSpec<?> weight) {
        if (weight.shape().numDimensions() < 2) {
            return TFloat32.class;
        }
        if (weight.type() == TBfloat16.class) {
            return TBfloat16.class;
        }
        Set<Optional<DType>> narrow = prefixes.stream()
                .flatMap(prefix -> weight.tensors().stream().map(tensor -> prefix + tensor))
                .map(stored)
                .collect(Collectors.toSet());
        if (narrow.equals(Set.of(Optional.of(DType.BF16)))) {
            return TBfloat16.class;
        }
        return narrow.equals(Set.of(Optional.of(DType.F16))) ? TFloat16.class : TFloat32.class;
    }
}
