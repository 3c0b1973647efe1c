package io.gatehouse.trace;

import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.ResponseLength;
import io.gatehouse.trace.reader.RoutingCube;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Responses of SGLang with {@code --enable-return-routed-experts}: {@code routed_experts} is base64 of little-endian int32
 * of shape [tokens, layers, top-k] without its shape. It is in {@code meta_info}, in {@code sgl_ext}, or, from the OpenAI
 * endpoints, in {@code choices[].sgl_ext}. Ids only, zeros in layers without experts. It covers the prompt and all but the
 * last of the tokens that were generated: {@code prompt_tokens} says how many the prompt has. {@code
 * routed_experts_start_len} of the request, from which position on there are rows, is not in the response.
 */
final class SglangResponses implements TraceReader {
    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        JsonRecords.read(file, response -> sequences(response, shape).forEach(listener::sequence));
    }

    private static List<TracedSequence> sequences(JsonValue response, TraceShape shape) {
        Optional<JsonValue> meta = response.find("meta_info");
        String name = meta.flatMap(info -> info.find("id"))
                .or(() -> response.find("id"))
                .map(JsonValue::text)
                .orElse(response.place());
        ResponseLength length = meta.or(() -> response.find("usage"))
                .map(ResponseLength::of)
                .orElse(new ResponseLength(OptionalInt.empty(), OptionalInt.empty()));
        List<JsonValue> extensions = new ArrayList<>();
        response.find("choices").ifPresent(choices -> {
            for (int i = 0; i < choices.size(); i++) {
                choices.item(i).find("sgl_ext").ifPresent(extensions::add);
            }
        });
        if (extensions.isEmpty()) {
            JsonValue holder = response.find("sgl_ext").or(() -> meta).orElseGet(() -> response.field("meta_info"));
            return List.of(sequence(name, holder.field("routed_experts"), length, shape));
        }
        // Usage sums the generated tokens of all choices.
        ResponseLength ofOne =
                extensions.size() == 1 ? length : new ResponseLength(length.prompt(), OptionalInt.empty());
        List<TracedSequence> sequences = new ArrayList<>();
        for (int i = 0; i < extensions.size(); i++) {
            String choice = extensions.size() == 1 ? name : "%s#%d".formatted(name, i);
            sequences.add(sequence(choice, extensions.get(i).field("routed_experts"), ofOne, shape));
        }
        return sequences;
    }

    private static TracedSequence sequence(String name, JsonValue routed, ResponseLength response, TraceShape shape) {
        int layers = shape.requireLayers(routed.place());
        int topK = shape.requireTopK(routed.place());
        IntBuffer ids = ids(routed);
        int row = layers * topK;
        if (ids.remaining() % row != 0) {
            throw routed.corrupt("has %d numbers, which is not a multiple of %d layers of %d experts"
                    .formatted(ids.remaining(), layers, topK));
        }
        int length = response.promptOf(routed, shape.promptStart(), ids.remaining() / row);
        RoutingCube cube = new RoutingCube(layers, topK, shape.promptStart());
        while (ids.hasRemaining()) {
            int[] experts = new int[row];
            ids.get(experts);
            cube.add(experts, routed::corrupt);
        }
        return new TracedSequence(name, Optional.empty(), "", new int[0], length, cube.layers(length, routed::corrupt));
    }

    private static IntBuffer ids(JsonValue routed) {
        byte[] bytes = routed.bytes();
        if (bytes.length % Integer.BYTES != 0) {
            throw routed.corrupt("has %d bytes, which is not a multiple of 4".formatted(bytes.length));
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    }
}
