package io.gatehouse.sample.training;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.Bfloat16;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Trained arrays as the tensors of Hugging Face's OlmoeForCausalLM: rounded to bfloat16, matrices turned to
 * {@code [out, in]}, and a stack of experts' matrices taken apart into one tensor per expert.
 */
final class CheckpointTensors {
    private static final String EXPERTS = ".experts.";

    private CheckpointTensors() {}

    /** The tensors of a model; what training added to it is left behind. */
    static List<Tensor> of(List<Parameters.Parameter> parameters, Map<String, float[]> values) {
        List<Tensor> tensors = new ArrayList<>();
        for (Parameters.Parameter parameter : parameters) {
            String name = parameter.name();
            float[] value = requireNonNull(values.get(name), name);
            long[] shape = parameter.shape().asArray();
            if (name.equals(Objective.PROBE)) {
                continue;
            }
            if (shape.length == 3) {
                for (int expert = 0; expert < shape[0]; expert++) {
                    String own = name.replace(EXPERTS, EXPERTS + expert + ".");
                    tensors.add(turned(own, value, expert, shape[1], shape[2]));
                }
            } else if (shape.length == 2 && !name.equals(SampleModel.EMBEDDING)) {
                tensors.add(turned(name, value, 0, shape[0], shape[1]));
            } else {
                tensors.add(asIs(name, value, parameter.shape().toListOrNull()));
            }
        }
        return tensors;
    }

    /** How many numbers the tensors hold together. */
    static long elements(List<Tensor> tensors) {
        return tensors.stream()
                .mapToLong(tensor -> tensor.data().remaining() / tensor.dtype().bytes())
                .sum();
    }

    private static Tensor asIs(String name, float[] values, List<Long> shape) {
        ByteBuffer data = allocate(values.length);
        for (float value : values) {
            data.putShort(bits(value));
        }
        return tensor(name, shape, data);
    }

    /** Matrix {@code index} of a stack of {@code [in, out]} matrices, as {@code [out, in]}. */
    private static Tensor turned(String name, float[] stack, int index, long in, long out) {
        int start = Math.toIntExact(index * in * out);
        ByteBuffer data = allocate(Math.toIntExact(in * out));
        for (int column = 0; column < out; column++) {
            for (int row = 0; row < in; row++) {
                data.putShort(bits(stack[start + row * (int) out + column]));
            }
        }
        return tensor(name, List.of(out, in), data);
    }

    private static ByteBuffer allocate(int elements) {
        return ByteBuffer.allocate(elements * DType.BF16.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Tensor tensor(String name, List<Long> shape, ByteBuffer data) {
        String full = (name.equals(SampleModel.HEAD) ? "" : "model.") + name + ".weight";
        return new Tensor(full, DType.BF16, shape, data.flip());
    }

    /** A weight as it is stored. */
    static short bits(float weight) {
        if (!Float.isFinite(weight)) {
            throw new IllegalArgumentException("A weight is " + weight);
        }
        return Bfloat16.bits(weight);
    }
}
