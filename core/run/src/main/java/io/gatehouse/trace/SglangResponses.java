package io.gatehouse.trace;

import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedSequence;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Responses of SGLang with {@code --enable-return-routed-experts}: {@code meta_info.routed_experts}, or
 * {@code sgl_ext.routed_experts}, is base64 of little-endian int32 of shape [tokens, layers, top-k] without its shape.
 * Ids only. It covers the prompt and all but the last of the tokens that were generated, which are left out where
 * {@code meta_info.prompt_tokens} says how many the prompt has.
 */
final class SglangResponses implements TraceReader {
    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        JsonRecords.read(file, response -> listener.sequence(sequence(response, shape)));
    }

    private static TracedSequence sequence(JsonValue response, TraceShape shape) {
        JsonValue holder = response.find("sgl_ext").orElseGet(() -> response.field("meta_info"));
        JsonValue routed = holder.field("routed_experts");
        int layers = shape.requireLayers(routed.place());
        int topK = shape.requireTopK(routed.place());
        IntBuffer ids = ids(routed);
        int row = layers * topK;
        if (ids.remaining() % row != 0) {
            throw routed.corrupt("has %d numbers, which is not a multiple of %d layers of %d experts"
                    .formatted(ids.remaining(), layers, topK));
        }
        int tokens = response.find("meta_info")
                .flatMap(meta -> meta.find("prompt_tokens"))
                .map(JsonValue::index)
                .orElse(Integer.MAX_VALUE);
        RoutingCube cube = new RoutingCube(layers, topK);
        while (ids.hasRemaining() && cube.tokens() < tokens) {
            int[] experts = new int[row];
            ids.get(experts);
            cube.add(experts, routed::corrupt);
        }
        String name = response.find("meta_info")
                .flatMap(meta -> meta.find("id"))
                .or(() -> response.find("id"))
                .map(JsonValue::text)
                .orElse(response.place());
        return new TracedSequence(name, Optional.empty(), "", new int[0], cube.tokens(), cube.layers());
    }

    private static IntBuffer ids(JsonValue routed) {
        byte[] bytes = routed.bytes();
        if (bytes.length % Integer.BYTES != 0) {
            throw routed.corrupt("has %d bytes, which is not a multiple of 4".formatted(bytes.length));
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    }
}
