package io.gatehouse.trace;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two layers, of which two experts are chosen. */
final class TestSglangResponses {
    @TempDir
    private Path directory = Path.of("");

    /** Models such as DeepSeek begin with dense layers, which are zeros. */
    @Test
    void leavesOutLayersWithoutExperts() throws IOException {
        String response = meta("\"prompt_tokens\": 2", 0, 0, 3, 1, 0, 0, 0, 2);
        Found found = found(response);
        assertThat(found.sequences.get(0).layers())
                .extracting(TracedLayer::layer)
                .containsExactly(1);
        assertThat(found.experts(0, 0)).containsExactly(3, 1, 0, 2);
        fails(
                meta("\"prompt_tokens\": 2", 0, 0, 3, 1, 2, 1, 0, 2),
                "has only expert 0 for 1 of 2 tokens of layer 0: the engine filled in what it did not compute");
    }

    /** Without its length the prompt would take in what was generated. */
    @Test
    void needsTheLengthOfThePrompt() throws IOException {
        fails(
                meta("\"id\": \"a\"", 0, 1, 3, 1),
                "field 'meta_info.routed_experts' does not say how many of its tokens are the prompt: there is no prompt_tokens");
        Found found = found(meta("\"prompt_tokens\": 1, \"completion_tokens\": 2", 0, 1, 3, 1, 2, 1, 0, 2));
        assertThat(found.sequences.get(0).length()).isEqualTo(1);
        assertThat(found.experts(0, 0)).containsExactly(0, 1, 2, 1);
        fails(
                meta("\"prompt_tokens\": 5, \"completion_tokens\": 2", 0, 1, 3, 1, 2, 1, 0, 2),
                "has 2 tokens from position 0 on, but prompt and answer have 7");
    }

    /** With max_new_tokens=0 nothing routes the last token of the prompt. */
    @Test
    void hasNoLastTokenWhereNothingWasGenerated() throws IOException {
        Found found = found(meta("\"prompt_tokens\": 3, \"completion_tokens\": 0", 0, 1, 3, 1, 2, 1, 0, 2));
        TracedSequence sequence = found.sequences.get(0);
        assertThat(sequence.length()).isEqualTo(3);
        assertThat(sequence.layers().get(0).positions()).containsExactly(0, 1);
    }

    @Test
    void beginsWhereThePromptWasLeftOut() throws IOException {
        Path file = Files.writeString(
                directory.resolve("r.jsonl"),
                meta("\"prompt_tokens\": 4, \"completion_tokens\": 1", 0, 1, 3, 1, 2, 1, 0, 2));
        Found found = Found.in(
                TraceKind.SGLANG, file, new TraceShape(OptionalInt.of(2), OptionalInt.of(2)).withPromptStart(2));
        assertThat(found.sequences.get(0).layers().get(0).positions()).containsExactly(2, 3);
        assertThat(found.sequences.get(0).length()).isEqualTo(4);
    }

    @Test
    void readsWhatTheOpenAiEndpointsReturn() throws IOException {
        String choice = "{\"sgl_ext\": {\"routed_experts\": \"%s\"}}";
        Found one =
                found("{\"id\": \"c\", \"usage\": {\"prompt_tokens\": 1, \"completion_tokens\": 2}, \"choices\": [%s]}"
                        .formatted(choice.formatted(base64(0, 1, 3, 1, 2, 1, 0, 2))));
        assertThat(one.sequences.get(0).name()).isEqualTo("c");
        assertThat(one.experts(0, 1)).containsExactly(3, 1, 0, 2);
        Found two = found(
                "{\"id\": \"c\", \"usage\": {\"prompt_tokens\": 1, \"completion_tokens\": 5}, \"choices\": [%s, %s]}"
                        .formatted(
                                choice.formatted(base64(0, 1, 3, 1, 2, 1, 0, 2)),
                                choice.formatted(base64(0, 2, 3, 1))));
        assertThat(two.sequences).extracting(TracedSequence::name).containsExactly("c#0", "c#1");
        assertThat(two.experts(1, 0)).containsExactly(0, 2);
    }

    private static String meta(String fields, int... experts) {
        return "{\"meta_info\": {%s, \"routed_experts\": \"%s\"}}".formatted(fields, base64(experts));
    }

    private static String base64(int... experts) {
        ByteBuffer bytes = ByteBuffer.allocate(experts.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(experts);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private Found found(String response) throws IOException {
        Path file = Files.writeString(directory.resolve("r.jsonl"), response);
        return Found.in(TraceKind.SGLANG, file, new TraceShape(OptionalInt.of(2), OptionalInt.of(2)));
    }

    private void fails(String response, String what) {
        assertRefused(() -> found(response), ErrorCode.CORRUPT_DATASET, what);
    }
}
