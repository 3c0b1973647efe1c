package io.gatehouse.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestVllmResponses {
    /** [[[-1, -1], [-1, -1]], [[3, 1], [0, 2]]] of int16, as NumPy saves it. */
    private static final String NPY =
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr//////////wMAAQAAAAIA";

    /** [[[3, 1], [0, 2]], [[2, 0], [1, 3]], [[0, 1], [2, 3]]] of uint8. */
    private static final String WHOLE_NPY =
            "k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoDAQACAgABAwABAgM=";

    @TempDir
    private Path directory = Path.of("");

    @Test
    void leavesOutTokensThatWereNotRouted() throws IOException {
        Found found = found("""
                {"id": "cmpl-7", "prompt_routed_experts": [[[-1, -1], [-1, -1]], [[3, 1], [0, 2]]], "choices": [{"routed_experts": [[[2, 0], [1, 3]]]}]}
                """);
        TracedSequence sequence = found.sequences.get(0);
        assertThat(sequence.name()).isEqualTo("cmpl-7");
        assertThat(sequence.length()).isEqualTo(2);
        assertThat(sequence.layers()).extracting(TracedLayer::layer).containsExactly(0, 1);
        assertThat(sequence.layers().get(0).positions()).containsExactly(1);
        assertThat(found.experts(0, 0)).containsExactly(3, 1);
        assertThat(found.experts(0, 1)).containsExactly(0, 2);
        assertThat(sequence.layers()).noneMatch(TracedLayer::ranked).allMatch(layer -> layer.weights().length == 0);
    }

    @Test
    void readsNumPysBytes() throws IOException {
        Found prompt = found("{\"prompt_routed_experts\": \"%s\"}".formatted(NPY));
        assertThat(prompt.sequences.get(0).length()).isEqualTo(2);
        assertThat(prompt.sequences.get(0).layers().get(0).positions()).containsExactly(1);
        assertThat(prompt.experts(0, 1)).containsExactly(0, 2);
        // Two tokens were generated, of which the first was routed.
        Found whole =
                found("{\"request_id\": \"g-1\", \"choices\": [{\"token_ids\": [7, 9], \"routed_experts\": \"%s\"}]}"
                        .formatted(WHOLE_NPY));
        assertThat(whole.sequences.get(0).name()).isEqualTo("g-1");
        assertThat(whole.sequences.get(0).length()).isEqualTo(2);
        assertThat(whole.experts(0, 0)).containsExactly(3, 1, 2, 0);
        assertThat(whole.sequences.get(0).layers()).noneMatch(TracedLayer::ranked);
    }

    @Test
    void namesWhatIsWrongWithBytes() throws IOException {
        String prompt = "{\"prompt_routed_experts\": \"%s\"}";
        fails(prompt.formatted("!"), "line 1, field 'prompt_routed_experts' is not base64");
        fails(prompt.formatted("AAAA"), "line 1, field 'prompt_routed_experts' is not an npy array");
        fails(
                prompt.formatted(NPY.substring(0, NPY.length() - 4)),
                "line 1, field 'prompt_routed_experts' ends at byte 141, within 16 bytes that begin at 128");
        // [[3, 1]] of int16, and [[[0.5, 1]]] of float32.
        fails(
                prompt.formatted(
                        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoDAAEA"),
                "field 'prompt_routed_experts' has the shape [1, 2] instead of tokens, layers and experts");
        fails(
                prompt.formatted(
                        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDEsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAA/AACAPw=="),
                "field 'prompt_routed_experts' holds 0.5, which is not an expert");
        String generate = "{\"choices\": [{%s\"routed_experts\": \"" + WHOLE_NPY + "\"}]}";
        fails(generate.formatted(""), "line 1, field 'choices[0]' has no field 'token_ids'");
        fails(
                generate.formatted("\"token_ids\": [1, 2, 3, 4], "),
                "field 'choices[0].routed_experts' has 3 tokens, but 4 were generated");
    }

    @Test
    void namesWhatIsWrongWithLists() throws IOException {
        fails("{}", "line 1 has no field 'prompt_routed_experts'");
        fails(
                "{\"prompt_routed_experts\": [[[0, 1]], [[0]]]}",
                "line 1, field 'prompt_routed_experts[1][0]' has 1 experts instead of 2");
        fails(
                "{\"prompt_routed_experts\": [[[0, -2]]]}",
                "line 1, field 'prompt_routed_experts[0][0][1]' is -2, which is not an expert");
        for (String halfRouted : new String[] {"[3, -1]", "[-1, 3]"}) {
            fails(
                    "{\"prompt_routed_experts\": [[[0, 1]], [%s]]}".formatted(halfRouted),
                    "line 1, field 'prompt_routed_experts[1][0]' has 1 of 2 experts of token 1 in layer 0");
        }
        fails("{\"prompt_routed_experts\": [[[]]]}", "line 1, field 'prompt_routed_experts[0][0]' has no experts");
    }

    private Found found(String responses) throws IOException {
        return Found.in(
                TraceKind.VLLM, Files.writeString(directory.resolve("r.jsonl"), responses), TraceShape.unknown());
    }

    private void fails(String responses, String what) throws IOException {
        Path file = Files.writeString(directory.resolve("bad.jsonl"), responses);
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(TraceKind.VLLM, file, TraceShape.unknown()))
                .withMessageStartingWith("%s, line 1", file)
                .withMessageContaining(what)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATASET));
    }
}
