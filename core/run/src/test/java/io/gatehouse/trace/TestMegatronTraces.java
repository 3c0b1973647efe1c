package io.gatehouse.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Router traces of Megatron with their logits, and its counts. */
final class TestMegatronTraces {
    private static final String LINE =
            "{\"step\": %d, \"stage\": \"pre_dispatch\", \"block\": \"decoder\", \"layer\": %d, \"rank\": 0, \"num_tokens\": 1, \"topk\": 2, \"logit_offset\": %s, \"logit_bytes\": %d, \"logit_shape\": [1, %d], \"top_indices\": [[%s]]}%n";

    @TempDir
    private Path directory = Path.of("");

    /**
     * As {@code RouterTracer} of NVIDIA/Megatron-LM, megatron/core/transformer/moe/router_trace.py at
     * d98e8a64ddf34856e74b24714e3bedb2f5a39553, writes it; docs/samples/import/router_trace_rank0.jsonl was written by it.
     */
    @Test
    void logitsAreTheWholeGate() throws IOException {
        logits(9, 9, 9, 0, 2, 1, -1, 1, 1, 0, 1);
        Path file = trace(LINE.formatted(4, 1, 6, 8, 4, "1, 2") + LINE.formatted(4, 2, 14, 8, 4, "0, 3"));
        Found found = Found.in(TraceKind.MEGATRON, file, TraceShape.unknown());
        TracedLayer layer = found.sequences.get(0).layers().get(0);
        assertThat(layer.ranked()).isTrue();
        assertThat(layer.experts()).containsExactly(1, 2);
        double sum = 1 + Math.exp(2) + Math.E + Math.exp(-1);
        assertThat(layer.weights()[0]).isCloseTo((float) (Math.exp(2) / sum), within(1e-6f));
        assertThat(layer.probabilities()).hasSize(4);
        assertThat(layer.probabilities()[3]).isCloseTo((float) (Math.exp(-1) / sum), within(1e-6f));
        // Of equal logits the router chose some.
        assertThat(found.experts(0, 1)).containsExactly(0, 3);
        Files.delete(directory.resolve("logits_rank0.bin"));
        Found alone = Found.in(TraceKind.MEGATRON, file, TraceShape.unknown());
        assertThat(alone.sequences.get(0).layers().get(0).probabilities()).isEmpty();
        assertThat(alone.sequences.get(0).layers()).noneMatch(TracedLayer::ranked);
    }

    @Test
    void logitsThatAreOfSomethingElse() throws IOException {
        logits(0, 2, 1, -1);
        Path logits = directory.resolve("logits_rank0.bin");
        fails(
                LINE.formatted(0, 1, 2, 8, 4, "1, 2"),
                ", line 1, field 'logit_offset' is 2: 8 bytes from there on do not lie in %s, which has 8"
                        .formatted(logits));
        fails(LINE.formatted(0, 1, -1, 8, 4, "1, 2"), ", line 1, field 'logit_offset' is -1: ");
        fails(LINE.formatted(0, 1, "0.5", 4, 2, "0, 1"), ", line 1, field 'logit_offset' is 0.5: ");
        fails(LINE.formatted(0, 1, 0, 6, 4, "1, 2"), ", line 1, field 'logit_bytes' is 6, but [1,4] takes 8");
        fails(
                LINE.formatted(0, 1, 0, 0, 0, "1, 2"),
                ", line 1, field 'logit_shape' is [1,0] instead of 1 tokens and up to 32,767 experts");
        fails(
                LINE.formatted(0, 1, 0, 4, 2, "1, 2"),
                ", line 1, field 'top_indices[0]' names expert 2, but %s has logits of 2 experts".formatted(logits));
        fails(
                LINE.formatted(0, 1, 0, 8, 4, "1, 3"),
                ", line 1, field 'top_indices[0]' is [1,3], but in %s expert 0 has a larger logit: the router adds a bias or chooses among groups. Without that file the experts alone are imported"
                        .formatted(logits));
        logits(0, Float.NaN, 1, -1);
        fails(
                LINE.formatted(0, 1, 0, 8, 4, "1, 2"),
                ", line 1, field 'logit_offset' points to NaN in %s, which is not a finite number".formatted(logits));
    }

    @Test
    void aStepIsChosen() throws IOException {
        Path file = trace(LINE.formatted(4, 1, 0, 8, 4, "1, 2") + LINE.formatted(5, 1, 0, 8, 4, "0, 3"));
        Found found = Found.in(TraceKind.MEGATRON, file, TraceShape.unknown().withStep(OptionalLong.of(5)));
        assertThat(found.sequences).extracting(TracedSequence::name).containsExactly("step 5");
        fails(
                LINE.formatted(5, 1, 0, 8, 4, "1, 2") + LINE.formatted(4, 1, 0, 8, 4, "0, 3"),
                ", line 2 is of step 4, after step 5 of rank 0");
    }

    /**
     * As {@code ActivationLogger.save_tpe} of the same commit, megatron/training/activation_logging.py, writes it;
     * docs/samples/import/rank0.jsonl was written by it.
     */
    @Test
    void tokensPerExpertOfAnIteration() throws IOException {
        String counts = """
                {"iter": 100, "block": "decoder", "layer": 3, "tpe": [[10, 20], [30, 40]]}
                {"iter": 100, "block": "decoder", "layer": 7, "tpe": [[50, 60]]}
                {"iter": 100, "block": "mtp", "mtp_idx": 0, "layer": 1, "tpe": [[70, 80]]}
                {"iter": 200, "block": "decoder", "layer": 3, "tpe": [[1, 2]]}
                """;
        Path file = Files.writeString(directory.resolve("rank0.jsonl"), counts);
        Found found =
                Found.in(TraceKind.MEGATRON_COUNTS, file, TraceShape.unknown().withStep(OptionalLong.of(100)));
        assertThat(found.counts).extracting(ExpertCounts::layer).containsExactly(3, 7);
        assertThat(found.counts.get(0).counts()).containsExactly(40, 60);
        assertThat(found.counts.get(0).domain()).contains("rank0");
        refuses(file, TraceShape.unknown(), "%s does not say which of its steps is imported; give it with --step.");
        refuses(
                file,
                TraceShape.unknown().withStep(OptionalLong.of(300)),
                "%s has no iteration 300; its first ones are [100, 200].");
        for (String damaged : new String[] {
            "\"tpe\": [[1, 2], [3]]} field 'tpe[1]' has 1 experts, but the first microbatch of layer 3 has 2",
            "\"tpe\": []} field 'tpe' has no microbatches",
            "\"tpe\": [[1, -2]]} field 'tpe[0][1]' is -2"
        }) {
            String[] parts = damaged.split("} ", 2);
            Files.writeString(file, "{\"iter\": 0, \"layer\": 3, " + parts[0] + "}");
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> Found.in(
                            TraceKind.MEGATRON_COUNTS,
                            file,
                            TraceShape.unknown().withStep(OptionalLong.of(0))))
                    .withMessageStartingWith("%s, line 1, %s", file, parts[1])
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATASET));
        }
        Files.writeString(file, counts + counts);
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(
                        TraceKind.MEGATRON_COUNTS, file, TraceShape.unknown().withStep(OptionalLong.of(100))))
                .withMessage("%s, line 5 counts layer 3 of iteration 100 again.", file);
    }

    private static void refuses(Path file, TraceShape shape, String what) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(TraceKind.MEGATRON_COUNTS, file, shape))
                .withMessage(what.formatted(file))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    private void fails(String content, String what) throws IOException {
        Path file = trace(content);
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(TraceKind.MEGATRON, file, TraceShape.unknown()))
                .withMessageStartingWith(file + what)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATASET));
    }

    private Path trace(String lines) throws IOException {
        return Files.writeString(directory.resolve("router_trace_rank0.jsonl"), lines);
    }

    /** In bfloat16, which is the upper half of a float. */
    private void logits(float... values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putShort((short) (Float.floatToIntBits(value) >>> 16));
        }
        Files.write(directory.resolve("logits_rank0.bin"), bytes.array());
    }
}
