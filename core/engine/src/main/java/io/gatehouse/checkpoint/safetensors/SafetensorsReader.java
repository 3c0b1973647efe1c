package io.gatehouse.checkpoint.safetensors;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/** One safetensors file, of whatever tensors. */
public final class SafetensorsReader implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final List<TensorInfo> tensors;

    private SafetensorsReader(Path file, FileChannel channel, List<TensorInfo> tensors) {
        this.file = file;
        this.channel = channel;
        this.tensors = tensors;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws GatehouseException FILE_NOT_FOUND or CORRUPT_CHECKPOINT
     */
    public static SafetensorsReader open(Path file) {
        requireNonNull(file, "file is null");
        ModelFiles.requireFile(file);
        try {
            FileChannel channel = FileChannel.open(file);
            try {
                return new SafetensorsReader(
                        file, channel, SafetensorsHeader.read(file, channel).tensors());
            } catch (RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw ModelFiles.unreadable(file, e);
        }
    }

    public List<TensorInfo> tensors() {
        return tensors;
    }

    /** The bytes of a tensor, row-major and little-endian. */
    public byte[] read(TensorInfo tensor) {
        if (tensor.bytes() > Integer.MAX_VALUE - Long.BYTES) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "%s has tensor %s of %,d bytes, more than can be read at once"
                            .formatted(file, JsonFile.shown(tensor.name()), tensor.bytes()));
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) tensor.bytes());
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, tensor.offset() + buffer.position()) < 0) {
                    throw SafetensorsHeader.corrupt(file, "became shorter while it was read");
                }
            }
        } catch (IOException e) {
            throw ModelFiles.unreadable(file, e);
        }
        return buffer.array();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw ModelFiles.unreadable(file, e);
        }
    }
}
