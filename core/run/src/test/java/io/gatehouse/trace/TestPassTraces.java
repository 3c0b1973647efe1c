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


}
