package io.gatehouse.checkpoint.safetensors;

import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.OpenFile;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * An open safetensors file whose header was checked. Reading is thread-safe; an interrupt of a reading thread closes the
 * file.
 */
public final class SafetensorsReader implements AutoCloseable {
    private final OpenFile file;
    private final SafetensorsHeader header;

    private SafetensorsReader(OpenFile file, SafetensorsHeader header) {
        this.file = file;
        this.header = header;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws GatehouseException FILE_NOT_FOUND or CORRUPT_CHECKPOINT
     */
    public static SafetensorsReader open(Path path) {
        OpenFile file = OpenFile.open(path);
        try {
            return new SafetensorsReader(file, SafetensorsHeader.read(file));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    public List<TensorInfo> tensors() {
        return header.tensors();
    }

    /** The JSON of the header as it is in the file. */
    public byte[] headerContent() {
        return header.content();
    }

    /** The file that stays open. */
    public OpenFile file() {
        return file;
    }

    /** The bytes of a tensor, row-major and little-endian. */
    public byte[] read(TensorInfo tensor) {
        if (tensor.bytes() > Integer.MAX_VALUE - Long.BYTES) {
            throw SafetensorsHeader.corrupt(
                    file.path(),
                    "has tensor %s of %,d bytes, more than can be read at once"
                            .formatted(JsonFile.shown(tensor.name()), tensor.bytes()));
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) tensor.bytes());
        tensor.read(file, 0, buffer);
        return buffer.array();
    }

    @Override
    public void close() {
        file.close();
    }
}
