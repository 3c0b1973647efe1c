package io.gatehouse.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
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
        // The one at position 2 was generated.
        assertThat(sequence.layers().get(0).positions()).containsExactly(1, 2);
        assertThat(found.experts(0, 0)).containsExactly(3, 1, 2, 0);
        assertThat(found.experts(0, 1)).containsExactly(0, 2, 1, 3);
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
        assertThat(whole.experts(0, 0)).containsExactly(3, 1, 2, 0, 0, 1);
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
        for (String more : new String[] {"", ", \"routed_experts\": \"" + WHOLE_NPY + "\", \"token_ids\": [7, 9]"}) {
            fails(
                    "{\"choices\": [{\"text\": \" B\"}, {\"prompt_routed_experts\": [[[3, 1], [0, 2]]]%s}]}"
                            .formatted(more),
                    "line 1, field 'choices[1].prompt_routed_experts' belongs to the response, beside 'choices', where vLLM"
                            + " writes it");
        }
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

    /** Chat completions have no ids of tokens unless they are requested. */
    @Test
    void takesTheLengthOfThePromptFromUsage() throws IOException {
        String response =
                "{\"id\": \"c\", \"usage\": {%s}, \"choices\": [{\"routed_experts\": \"" + WHOLE_NPY + "\"}]}";
        for (String usage : new String[] {
            "\"prompt_tokens\": 2, \"completion_tokens\": 2", "\"prompt_tokens\": 2", "\"completion_tokens\": 2"
        }) {
            Found found = found(response.formatted(usage));
            assertThat(found.sequences.get(0).length()).as(usage).isEqualTo(2);
            assertThat(found.experts(0, 0)).as(usage).containsExactly(3, 1, 2, 0, 0, 1);
        }
        fails(
                response.formatted("\"prompt_tokens\": 3, \"completion_tokens\": 2"),
                "field 'choices[0].routed_experts' has 3 tokens from position 0 on, but prompt and answer have 5, of which all but the last one are routed. If tokens at the start of the prompt were left out, give their number with --prompt-start");
        fails(response.formatted(""), "field 'choices[0]' has no field 'token_ids', and 'usage' does not say");
    }

    @Test
    void beginsWhereThePromptWasLeftOut() throws IOException {
        Path file = Files.writeString(
                directory.resolve("r.jsonl"),
                "{\"usage\": {\"prompt_tokens\": 3, \"completion_tokens\": 2}, \"choices\": [{\"routed_experts\": \"%s\"}]}"
                        .formatted(WHOLE_NPY));
        Found found = Found.in(TraceKind.VLLM, file, TraceShape.unknown().withPromptStart(1));
        assertThat(found.sequences.get(0).length()).isEqualTo(3);
        assertThat(found.sequences.get(0).layers().get(0).positions()).containsExactly(1, 2, 3);
    }

    @Test
    void everySampleIsASequence() throws IOException {
        String choice = "{\"token_ids\": [%s], \"routed_experts\": \"" + WHOLE_NPY + "\"}";
        Found found = found("{\"id\": \"n\", \"choices\": [%s, %s]}"
                .formatted(choice.formatted("1, 2"), choice.formatted("1, 2, 3")));
        assertThat(found.sequences).extracting(TracedSequence::name).containsExactly("n#0", "n#1");
        assertThat(found.sequences).extracting(TracedSequence::length).containsExactly(2, 1);
    }

    /** More than 256 experts have ids of two bytes. */
    @Test
    void readsUnsignedNumbers() throws IOException {
        for (String type : new String[] {"<u2", "<u4", "<u8"}) {
            int width = type.charAt(2) - '0';
            byte[] header = "{'descr': '%s', 'fortran_order': False, 'shape': (1, 1, 2), }"
                    .formatted(type)
                    .getBytes(StandardCharsets.ISO_8859_1);
            ByteBuffer npy = ByteBuffer.allocate(10 + header.length + 2 * width).order(ByteOrder.LITTLE_ENDIAN);
            npy.put("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1))
                    .putShort((short) header.length)
                    .put(header);
            npy.putShort((short) 300).position(npy.position() + width - 2).putShort((short) 7);
            Found found = found("{\"prompt_routed_experts\": \"%s\"}".formatted(base64(npy.array())));
            assertThat(found.experts(0, 0)).as(type).containsExactly(300, 7);
        }
    }

    @Test
    void readsEnvelopesOfOtherServers() throws IOException {
        String data = base64(new byte[] {3, 1, 0, 2, 2, 0, 1, 3});
        String envelope = "{\"data\": \"%s\", \"shape\": [2, 2, 2], \"dtype\": \"%s\", \"start\": %s}";
        String response = "{\"choices\": [{\"token_ids\": [5], \"routed_experts\": %s}]}";
        Found found = found(response.formatted(envelope.formatted(data, "uint8", "4")));
        assertThat(found.sequences.get(0).length()).isEqualTo(6);
        assertThat(found.sequences.get(0).layers().get(0).positions()).containsExactly(4, 5);
        assertThat(found.experts(0, 1)).containsExactly(0, 2, 1, 3);
        fails(
                response.formatted(envelope.formatted(data, "int16", "0")),
                "field 'choices[0].routed_experts.data' ends at byte 8, within 16 bytes that begin at 0");
        fails(
                response.formatted(envelope.formatted(data, "float16", "0")),
                "has elements of type 'float16', which are not read");
        fails(
                response.formatted(envelope.formatted(data, "uint8", "-1")),
                "field 'choices[0].routed_experts.start' is -1 instead of a number from 0 to 268,435,456");
        fails(
                response.formatted(envelope.formatted(data, "uint8", "0").replace("[2, 2, 2]", "[1, 2, 2]")),
                "has 4 bytes more than its shape [1, 2, 2]");
    }

    /** The last token was generated and is a filler. */
    @Test
    void readsTheCodecOfNemoRl() throws IOException {
        String data = base64(new byte[] {3, 1, 0, 2, -1, -1, 1, 3, 0, 1, 0, 1});
        String response =
                "{\"choices\": [{\"token_ids\": [5], \"message\": {\"routed_experts\": \"nrlre1:int8:%s:%s\"}}]}";
        Found found = found(response.formatted("3x2x2", data));
        assertThat(found.sequences.get(0).length()).isEqualTo(2);
        assertThat(found.sequences.get(0).layers().get(0).positions()).containsExactly(0);
        assertThat(found.experts(0, 1)).containsExactly(0, 2, 1, 3);
        fails(
                response.formatted("4x2x2", data),
                "field 'choices[0].message.routed_experts' ends at byte 12, within 16 bytes that begin at 0");
    }

    /** With return_token_ids the response has the ids of all tokens. */
    @Test
    void takesTheIdsOfTokens() throws IOException {
        Found found = found(
                "{\"prompt_token_ids\": [5, 6], \"choices\": [{\"token_ids\": [7, 9], \"routed_experts\": \"%s\"}]}"
                        .formatted(WHOLE_NPY));
        assertThat(found.sequences.get(0).tokens()).containsExactly(5, 6, 7, 9);
        assertThat(found.sequences.get(0).length()).isEqualTo(2);
        fails(
                "{\"prompt_token_ids\": [5], \"choices\": [{\"token_ids\": [7, 9], \"routed_experts\": \"%s\"}]}"
                        .formatted(WHOLE_NPY),
                "has 3 tokens from position 0 on, but prompt and answer have 3");
    }

    @Test
    void refusesMoreGeneratedTokensThanThereWere() throws IOException {
        fails(
                "{\"prompt_routed_experts\": [[[3, 1]]], \"choices\": [{\"token_ids\": [7], \"routed_experts\": [[[2, 0]], [[1, 3]]]}]}",
                "field 'choices[0].routed_experts' has 2 tokens, but 1 were generated");
        fails(
                "{\"prompt_routed_experts\": [[[3, 1]]], \"choices\": [{\"routed_experts\": [[[2], [0]]]}]}",
                "field 'choices[0].routed_experts' has 2 layers of 1 experts, but the prompt has 1 of 2");
    }

    /** A replica that only decodes repeats a buffer for the prompt (vllm-project/router#184). */
    @Test
    void refusesAPromptOfEqualTokens() throws IOException {
        String row = "[[3, 1], [0, 2]]";
        fails(
                "{\"prompt_routed_experts\": [%s]}".formatted(String.join(", ", Collections.nCopies(8, row))),
                "field 'prompt_routed_experts' sends all 8 tokens of the prompt to the same experts");
        Found few =
                found("{\"prompt_routed_experts\": [%s]}".formatted(String.join(", ", Collections.nCopies(7, row))));
        assertThat(few.sequences.get(0).length()).isEqualTo(7);
    }

    /** int32, two experts and the bits of 0.75 and 0.25 (PrimeIntellect-ai/prime-rl#3523). */
    @Test
    void readsPackedWeights() throws IOException {
        ByteBuffer row = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        row.putInt(300).putInt(7).putFloat(0.75f).putFloat(0.25f);
        String response =
                "{\"choices\": [{\"token_ids\": [5], \"routed_experts\": {\"data\": \"%s\", \"shape\": %s, \"dtype\": \"int32\"}}]}";
        Path file = Files.writeString(
                directory.resolve("packed.jsonl"), response.formatted(base64(row.array()), "[1, 1, 4]"));
        TraceShape packed = TraceShape.unknown().withPackedWeights(true);
        Found found = Found.in(TraceKind.VLLM, file, packed);
        assertThat(found.experts(0, 0)).containsExactly(300, 7);
        assertThat(found.sequences.get(0).layers().get(0).weights()).containsExactly(0.75f, 0.25f);
        row.clear();
        row.putInt(300).putInt(7).putInt(3).putInt(4);
        for (String wrong : List.of(
                response.formatted(base64(row.array()), "[1, 1, 4]"),
                response.formatted(base64(row.array()), "[4, 1, 1]"))) {
            Files.writeString(file, wrong);
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> Found.in(TraceKind.VLLM, file, packed))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATASET));
        }
    }

    @Test
    void refusesZerosThatNobodyRouted() throws IOException {
        fails(
                "{\"prompt_routed_experts\": [[[0, 0], [0, 0]], [[3, 1], [0, 2]]]}",
                "field 'prompt_routed_experts' has only expert 0 for 1 of 2 tokens of layer 0: the engine filled in what it did not compute");
        fails(
                "{\"prompt_routed_experts\": [[[0, 0], [0, 0]]]}",
                "field 'prompt_routed_experts' has only expert 0 for every token and layer: the engine did not compute them");
        Found dense = found("{\"prompt_routed_experts\": [[[0, 0], [3, 1]], [[0, 0], [0, 2]]]}");
        assertThat(dense.sequences.get(0).layers())
                .extracting(TracedLayer::layer)
                .containsExactly(1);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
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
