package io.gatehouse.engine;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.types.TFloat32;

/** Reads weights from a checkpoint into fp32 tensors, whatever type they are stored in. */
final class WeightLoader {
    private final Checkpoint checkpoint;

    WeightLoader(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** Reads weights whose names stand under the given prefix, such as {@code model.layers.3.}. */
    List<TFloat32> load(String prefix, List<WeightSpec> specs) {
        List<TFloat32> tensors = new ArrayList<>();
        try {
            for (WeightSpec spec : specs) {
                tensors.add(load(prefix, spec));
            }
        } catch (RuntimeException failure) {
            tensors.forEach(TFloat32::close);
            throw failure;
        }
        return tensors;
    }

    private TFloat32 load(String prefix, WeightSpec spec) {
        TFloat32 tensor = TFloat32.tensorOf(spec.shape());
        ByteDataBuffer target = tensor.asRawTensor().data();
        long offset = 0;
        try {
            for (String name : spec.tensors()) {
                float[] values = floats(checkpoint.tensor(prefix + name), expectedShape(spec));
                target.offset(offset * Float.BYTES).asFloats().write(values);
                offset += values.length;
            }
        } catch (RuntimeException failure) {
            tensor.close();
            throw failure;
        }
        return tensor;
    }

    private static List<Long> expectedShape(WeightSpec spec) {
        long[] whole = spec.shape().asArray();
        whole[0] /= spec.tensors().size();
        return Arrays.stream(whole).boxed().toList();
    }

    private float[] floats(TensorInfo tensor, List<Long> expectedShape) {
        if (!tensor.shape().equals(expectedShape)) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "Tensor %s has shape %s instead of %s, in %s"
                            .formatted(tensor.name(), tensor.shape(), expectedShape, tensor.file()));
        }
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(Math.toIntExact(tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        checkpoint.read(tensor, bytes);
        bytes.flip();
        float[] values =
                new float[Math.toIntExact(tensor.bytes() / tensor.dtype().bytes())];
        switch (tensor.dtype()) {
            case F32 -> bytes.asFloatBuffer().get(values);
            case BF16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
                }
            }
            case F16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = HalfFloat.toFloat(bytes.getShort(2 * i));
                }
            }
            default ->
                throw new GatehouseException(
                        ErrorCode.UNSUPPORTED_MODEL,
                        "Tensor %s is stored as %s; weights may be F32, BF16 or F16"
                                .formatted(tensor.name(), tensor.dtype()));
        }
        return values;
    }
}
