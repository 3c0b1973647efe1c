package io.gatehouse.trace;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces of engines that write a record for each layer of a forward pass. */
final class TestPassTraces {
    private static final TraceShape TOP_2 = new TraceShape(OptionalInt.empty(), OptionalInt.of(2));

    @TempDir
    private Path directory = Path.of("");

    /**
     * MBLT, version 1, 8 experts; a pass of three tokens whose last layer routes only the last one, two of one token, and the
     * next prompt. {@code read_trace} of mbolt 0.1.0 reads the same: 2 generated tokens, 5 and 2 of prompts in layers 0 and 1.
     */
    @Test
    void mbolt() throws IOException {
        Path file = TraceBytes.ints(
                directory,
                0x544C424D,
                1,
                8,
                0,
                2,
                3,
                4,
                1,
                7,
                2,
                0,
                3,
                1,
                2,
                1,
                5,
                6,
                0,
                2,
                1,
                4,
                2,
                1,
                2,
                1,
                6,
                7,
                0,
                2,
                1,
                3,
                0,
                1,
                2,
                1,
                1,
                2,
                0,
                2,
                2,
                1,
                0,
                5,
                4,
                1,
                2,
                1,
                3,
                2);
        Found found = Found.in(TraceKind.MBOLT, file, TraceShape.unknown());
        assertThat(found.sequences).extracting(TracedSequence::name).containsExactly("sequence 1", "sequence 2");
        assertThat(found.sequences).extracting(TracedSequence::length).containsExactly(3, 2);
        TracedLayer first = found.sequences.get(0).layers().get(0);
        assertThat(first.layer()).isZero();
        assertThat(first.positions()).containsExactly(0, 1, 2, 3, 4);
        assertThat(first.experts()).containsExactly(4, 1, 7, 2, 0, 3, 4, 2, 3, 0);
        assertThat(first.ranked()).isFalse();
        TracedLayer last = found.sequences.get(0).layers().get(1);
        assertThat(last.positions()).containsExactly(2, 3, 4);
        assertThat(last.experts()).containsExactly(5, 6, 6, 7, 1, 2);
        assertThat(found.sequences.get(1).layers().get(0).positions()).containsExactly(0, 1);
        assertThat(found.sequences.get(1).layers().get(1).positions()).containsExactly(1);
        assertThat(found.experts(1, 1)).containsExactly(3, 2);
        assertThat(found.leftOut).isEmpty();
    }

    /** A server that was killed, and one that first sent every token to every expert. */
    @Test
    void mboltSaysWhatItLeavesOut() throws IOException {
        int[] whole = {0x544C424D, 1, 3, 0, 3, 1, 0, 1, 2, 0, 2, 1, 2, 1};
        Found found = Found.in(TraceKind.MBOLT, TraceBytes.ints(directory, whole), TraceShape.unknown());
        assertThat(found.experts(0, 0)).containsExactly(2, 1);
        assertThat(found.leftOut).containsExactly("passes that warm up");
        int[] more = Arrays.copyOf(whole, 18);
        System.arraycopy(new int[] {1, 2, 1, 0}, 0, more, 14, 4);
        Found cut = Found.in(TraceKind.MBOLT, TraceBytes.ints(directory, more), TraceShape.unknown());
        assertThat(cut.sequences.get(0).layers()).hasSize(1);
        assertThat(cut.leftOut).containsExactly("passes that warm up", "record 3, which is cut off at byte 72");
    }

    /** The lines that moe-l2 0.14.1 reads ({@code collect.parse_expert_lines}), among those of the server. */
    @Test
    void expertLog() throws IOException {
        Path file = text("""
                srv  load_model: loading model
                EXPERT|L1|T17: [5, 9] [2, 7]
                EXPERT|L2|T17: [1,0] [3,4]
                slot 0: EXPERT|L1|T1: [5,2]
                EXPERT|L2|T1: [0,8]
                """);
        Found found = Found.in(TraceKind.EXPERT_LOG, file, TraceShape.unknown());
        assertThat(found.sequences).hasSize(1);
        assertThat(found.sequences.get(0).length()).isEqualTo(2);
        assertThat(found.sequences.get(0).layers())
                .extracting(TracedLayer::layer)
                .containsExactly(1, 2);
        assertThat(found.sequences.get(0).layers().get(1).positions()).containsExactly(0, 1, 2);
        assertThat(found.experts(0, 0)).containsExactly(5, 9, 2, 7, 5, 2);
        assertThat(found.experts(0, 1)).containsExactly(1, 0, 3, 4, 0, 8);
    }

    @Test
    void expertLogNamesWhatIsWrong() throws IOException {
        refusesLog("EXPERT|Lx|T1: [5]\n", ", line 1 is 'EXPERT|Lx|T1: [5]' instead of EXPERT|L…|T…: […].");
        refusesLog("\nEXPERT|L0|T1: [5] [7", ", line 2 has '[7' in place of the experts of a token.");
        refusesLog("EXPERT|L0|T2: [5] [7, 8]\n", ", line 1 has a token with 2 experts after one with 1.");
        refusesLog(
                "EXPERT|L0|T2: [99999999999]\n",
                ", line 1 has the expert '99999999999'; experts have numbers from 0 to 32766.");
        refusesLog("EXPERT|L40000|T2: [1]\n", ", line 1 has a layer 40000; layers have numbers from 0 to 32766.");
    }

    /** What rt_trace writes (JustVugg/colibri, c/route_trace.h at 003a0b9b8edf3575f2c1e02b2d3a3ca17f2418f9). */
    @Test
    void colibriLog() throws IOException {
        Path file = text("""
                0 0 3 7:0.6250 2:0.3750
                0 1 3 1:0.5000 4:0.5000
                1 0 4 0:0.7500 5:0.2500
                1 1 4 0:0.8750 6:0.1250
                2 0 3 7:0.6875 3:0.3125
                3 0 4 2:0.5625 0:0.4375
                """);
        Found found = Found.in(TraceKind.COLIBRI, file, TraceShape.unknown());
        assertThat(found.sequences).hasSize(1);
        TracedSequence sequence = found.sequences.get(0);
        assertThat(sequence.length()).isEqualTo(2);
        assertThat(sequence.layers()).extracting(TracedLayer::layer).containsExactly(3, 4);
        assertThat(found.experts(0, 0)).containsExactly(7, 2, 1, 4, 7, 3);
        assertThat(sequence.layers().get(1).weights()).containsExactly(0.75f, 0.25f, 0.875f, 0.125f, 0.5625f, 0.4375f);
        refuses(TraceKind.COLIBRI, text("0 0 3 7\n"), ", line 1 has '7' in place of EXPERT:WEIGHT.");
        refuses(
                TraceKind.COLIBRI,
                text("0 0 x 7:1\n"),
                ", line 1 is '0 0 x 7:1' instead of CALL ROW LAYER EXPERT:WEIGHT ….");
        refuses(
                TraceKind.COLIBRI,
                text("0 0 3 -1:1\n"),
                ", line 1 has the expert '-1'; experts have numbers from 0 to 32766.");
        refuses(TraceKind.COLIBRI, text("0 1 3 7:1\n"), ", line 1 has row 1 of call 0 in place of row 0.");
        refuses(
                TraceKind.COLIBRI,
                text("0 0 3 7:1\n0 1 4 7:1\n"),
                ", line 2 has layer 4 in call 0, which is of layer 3.");
        refuses(
                TraceKind.COLIBRI,
                text("0 0 3 7:1\n0 1 3 7:1 8:1\n"),
                ", line 2 has 2 experts, but row 0 of the call has 1.");
        refuses(TraceKind.COLIBRI, text("0 0 3 7:nan\n"), ", line 1 has the weight 'nan', which is not a number.");
    }

    /**
     * RTRACE01, 4 experts; layers 1 and 2 of two tokens, of the third only layer 1. {@code load_trace} of fitz-tec 0.1.1 reads
     * the same, with NaN for what is not there.
     */
    @Test
    void gates() throws IOException {
        Path file = TraceBytes.gates(
                directory,
                TraceBytes.gate(0, 1, 0.125f, 0.5f, 0.25f, 0.125f),
                TraceBytes.gate(1, 1, 0.0625f, 0.0625f, 0.375f, 0.5f),
                TraceBytes.gate(0, 2, 0.75f, 0.125f, 0.0625f, 0.0625f),
                TraceBytes.gate(1, 2, 0.25f, 0.25f, 0.25f, 0.25f),
                TraceBytes.gate(2, 1, 0.5f, 0.0f, 0.0f, 0.5f));
        Found found = Found.in(TraceKind.RTRACE, file, TOP_2);
        TracedSequence sequence = found.sequences.get(0);
        assertThat(sequence.length()).isEqualTo(3);
        assertThat(sequence.layers()).extracting(TracedLayer::layer).containsExactly(1, 2);
        assertThat(found.experts(0, 0)).containsExactly(1, 2, 3, 2, 0, 3);
        TracedLayer second = sequence.layers().get(1);
        assertThat(second.positions()).containsExactly(0, 1);
        assertThat(second.experts()).containsExactly(0, 1, 0, 1);
        assertThat(second.weights()).containsExactly(0.75f, 0.125f, 0.25f, 0.25f);
        assertThat(second.probabilities()).containsExactly(0.75f, 0.125f, 0.0625f, 0.0625f, 0.25f, 0.25f, 0.25f, 0.25f);
        TraceShape prompt = TOP_2.withPromptTokens(OptionalInt.of(2));
        assertThat(Found.in(TraceKind.RTRACE, file, prompt).sequences.get(0).length())
                .isEqualTo(2);
        assertRefused(
                () -> Found.in(TraceKind.RTRACE, file, TOP_2.withPromptTokens(OptionalInt.of(4))),
                ErrorCode.INVALID_ARGUMENT,
                "--prompt-tokens is 4, but %s has 3 tokens.".formatted(file));
        assertRefused(
                () -> TOP_2.withPromptTokens(OptionalInt.of(0)),
                ErrorCode.INVALID_ARGUMENT,
                "The number of tokens of the prompt is 0; it must be from 1 to 268,435,456.");
    }

    private void refusesLog(String log, String what) throws IOException {
        refuses(TraceKind.EXPERT_LOG, text(log), what);
    }

    private static void refuses(TraceKind kind, Path file, String what) {
        assertRefused(() -> Found.in(kind, file, TOP_2), ErrorCode.CORRUPT_DATASET, file + what);
    }

    private Path text(String text) throws IOException {
        return Files.writeString(directory.resolve("trace.log"), text);
    }
}
