package io.gatehouse.trace.format;

import io.gatehouse.checkpoint.gguf.GgufHeader;
import io.gatehouse.checkpoint.gguf.GgufSource;
import io.gatehouse.checkpoint.quantised.GgmlType;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The float32 tensors of a GGUF file. Its metadata are passed over. */
public final class GgufFile {
    private GgufFile() {}

    /**
     * The float32 tensors whose names end in the suffix; shapes are row-major, which is GGUF's order turned round.
     *
     * @throws GatehouseException FILE_NOT_FOUND or CORRUPT_DATASET
     */
    public static List<NamedArray> read(Path file, String suffix) {
        FileBytes bytes = FileBytes.read(file, FileMemory.of(file));
        GgufSource source = new GgufSource(file.toString(), ErrorCode.CORRUPT_DATASET, bytes.remaining(), bytes::read);
        List<NamedArray> arrays = new ArrayList<>();
        for (GgufHeader.Tensor tensor : GgufHeader.read(source, key -> false).tensors()) {
            if (tensor.name().endsWith(suffix)) {
                if (tensor.type() != GgmlType.F32) {
                    throw bytes.corrupt("has tensor %s of type %s instead of F32"
                            .formatted(JsonValue.shown(tensor.name()), tensor.type()));
                }
                bytes.position(tensor.offset());
                List<Integer> shape =
                        tensor.shape().stream().map(Math::toIntExact).toList();
                arrays.add(bytes.array(tensor.name(), DType.F32, shape));
            }
        }
        return arrays;
    }
}
