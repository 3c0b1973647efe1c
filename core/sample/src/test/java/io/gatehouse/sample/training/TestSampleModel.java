package io.gatehouse.sample.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.sample.training.TrainingPlan.Dimensions;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

final class TestSampleModel {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Sizes of the reference checkpoint. */
    private static final Dimensions REFERENCE = new Dimensions(320, 3, 64, 4, 8, 2, 32, 128);

    /** The graph that is trained computes what Hugging Face's own OlmoeForCausalLM computes. */
    @Test
    void logitsAreThoseOfHuggingFace() throws IOException {
        Path fixture = SharedData.path("reference/olmoe_a");
        JsonNode prompts =
                JSON.readTree(fixture.resolve("expected.json").toFile()).get("prompts");
        try (Graph graph = new Graph();
                Checkpoint checkpoint = Checkpoint.open(fixture)) {
            SampleModel model = new SampleModel(Ops.create(graph), REFERENCE);
            Operand<TFloat32> logits = model.logits();
            try (Session session = new Session(graph)) {
                model.parameters().assign(session, weights(model, checkpoint));
                // The readable file has all logits of the shorter prompts only.
                for (int index = 0; index < 3; index++) {
                    int[] tokens = JSON.convertValue(prompts.get(index).get("input_ids"), int[].class);
                    float[] expected = JSON.convertValue(prompts.get(index).get("last_logits"), float[].class);
                    assertThat(lastLogits(session, model, logits, tokens))
                            .as("prompt %d", index)
                            .containsExactly(expected, Offset.offset(2e-4f));
                }
            }
        }
    }

    private static float[] lastLogits(Session session, SampleModel model, Operand<TFloat32> logits, int[] tokens) {
        try (TInt32 fed = TInt32.tensorOf(Shape.of(1, tokens.length), DataBuffers.of(tokens));
                Result result =
                        session.runner().feed(model.tokens(), fed).fetch(logits).run()) {
            float[] all = new float[tokens.length * REFERENCE.vocabulary()];
            ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(all);
            return Arrays.copyOfRange(all, all.length - REFERENCE.vocabulary(), all.length);
        }
    }

    /** The checkpoint's tensors in the layout of the training graph. */
    private static Map<String, float[]> weights(SampleModel model, Checkpoint checkpoint) {
        Map<String, float[]> weights = new HashMap<>();
        for (Parameters.Parameter parameter : model.parameters().all()) {
            long[] shape = parameter.shape().asArray();
            String name = parameter.name();
            float[] value = new float[parameter.size()];
            if (shape.length == 3) {
                int size = value.length / (int) shape[0];
                for (int expert = 0; expert < shape[0]; expert++) {
                    float[] own = turned(
                            floats(checkpoint, name.replace(".experts.", ".experts." + expert + ".")),
                            shape[1],
                            shape[2]);
                    System.arraycopy(own, 0, value, expert * size, size);
                }
            } else if (shape.length == 2 && !name.equals(SampleModel.EMBEDDING)) {
                value = turned(floats(checkpoint, name), shape[0], shape[1]);
            } else {
                value = floats(checkpoint, name);
            }
            weights.put(name, value);
        }
        return weights;
    }

    private static float[] turned(float[] outByIn, long in, long out) {
        float[] inByOut = new float[outByIn.length];
        for (int i = 0; i < in; i++) {
            for (int o = 0; o < out; o++) {
                inByOut[i * (int) out + o] = outByIn[o * (int) in + i];
            }
        }
        return inByOut;
    }

    private static float[] floats(Checkpoint checkpoint, String name) {
        String full = (name.equals(SampleModel.HEAD) ? "" : "model.") + name + ".weight";
        TensorInfo tensor = checkpoint.tensor(full).plain().orElseThrow();
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        checkpoint.read(tensor, bytes);
        float[] values = new float[Math.toIntExact(tensor.elements())];
        bytes.flip().asFloatBuffer().get(values);
        return values;
    }
}
