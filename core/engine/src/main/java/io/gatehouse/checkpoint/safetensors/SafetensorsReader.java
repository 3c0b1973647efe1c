package io.gatehouse.checkpoint.safetensors;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.ReadingNote;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * An open safetensors file whose header was checked. Reading is thread-safe; an interrupt of a reading thread closes the
 * file.
 */
public final class SafetensorsReader implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final SafetensorsHeader header;

    private SafetensorsReader(Path file, FileChannel channel, SafetensorsHeader header) {
        this.file = file;
        this.channel = channel;
        this.header = header;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws GatehouseException FILE_NOT_FOUND or CORRUPT_CHECKPOINT
     */
    public static SafetensorsReader open(Path file) {
        requireNonNull(file, "file is null");
        ModelFiles.requireFile(file);
        ReadingNote.of(file);
        try {
            FileChannel channel = FileChannel.open(file);
            try {
                return new SafetensorsReader(file, channel, SafetensorsHeader.read(file, channel));
            } catch (RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw ModelFiles.unreadable(file, e);
        }
    }

    public List<TensorInfo> tensors() {
        return header.tensors();
    }

    /** The JSON of the header as it is in the file. */
    public byte[] headerContent() {
        return header.content();
    }

    /** Bytes of the file. */
    public long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw ModelFiles.unreadable(file, e);
        }
    }

    /** The bytes of a tensor, row-major and little-endian. */
    public byte[] read(TensorInfo tensor) {
        if (tensor.bytes() > Integer.MAX_VALUE - Long.BYTES) {
            throw SafetensorsHeader.corrupt(
                    file,
                    "has tensor %s of %,d bytes, more than can be read at once"
                            .formatted(JsonFile.shown(tensor.name()), tensor.bytes()));
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) tensor.bytes());
        read(tensor, 0, buffer);
        return buffer.array();
    }

    /** Reads the tensor's bytes from {@code offset} on into all that remains of {@code target}. */
    public void read(TensorInfo tensor, long offset, ByteBuffer target) {
        if (offset < 0 || target.remaining() > tensor.bytes() - offset) {
            throw new IllegalArgumentException("%d bytes from %d on are not within the %d of tensor %s"
                    .formatted(target.remaining(), offset, tensor.bytes(), tensor.name()));
        }
        long position = tensor.offset() + offset;
        try {
            while (target.hasRemaining()) {
                int read = channel.read(target, position);
                if (read < 0) {
                    throw SafetensorsHeader.corrupt(
                            file, "ends within tensor %s, at byte %,d".formatted(tensor.name(), position));
                }
                position += read;
            }
        } catch (ClosedChannelException e) {
            throw new GatehouseException(
                    ErrorCode.CANCELLED_BY_USER,
                    "The file of tensor %s was closed during the read".formatted(tensor.name()),
                    e);
        } catch (IOException e) {
            throw ModelFiles.unreadable(file, e);
        }
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
