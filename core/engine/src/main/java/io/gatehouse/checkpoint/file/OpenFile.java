package io.gatehouse.checkpoint.file;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.ReadingNote;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A file that stays open, so that what was checked is what is read. Reading is thread-safe; an interrupt of a reading
 * thread closes the file.
 */
public final class OpenFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;

    private OpenFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Opens a file.
     *
     * @throws GatehouseException FILE_NOT_FOUND or CORRUPT_CHECKPOINT
     */
    public static OpenFile open(Path path) {
        requireNonNull(path, "path is null");
        ModelFiles.requireFile(path);
        ReadingNote.of(path);
        try {
            return new OpenFile(path, FileChannel.open(path));
        } catch (IOException e) {
            throw ModelFiles.unreadable(path, e);
        }
    }

    public Path path() {
        return path;
    }

    /** Bytes of the file. */
    public long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw ModelFiles.unreadable(path, e);
        }
    }

    /**
     * Reads the bytes from a position on into all that remains of {@code target}.
     *
     * @param part of the file that they are of, for errors
     */
    public void read(long position, ByteBuffer target, String part) {
        long at = position;
        try {
            while (target.hasRemaining()) {
                int read = channel.read(target, at);
                if (read < 0) {
                    throw new GatehouseException(
                            ErrorCode.CORRUPT_CHECKPOINT, "%s ends within %s, at byte %,d".formatted(path, part, at));
                }
                at += read;
            }
        } catch (ClosedChannelException e) {
            throw new GatehouseException(
                    ErrorCode.CANCELLED_BY_USER, "The file of %s was closed during the read".formatted(part), e);
        } catch (IOException e) {
            throw ModelFiles.unreadable(path, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw ModelFiles.unreadable(path, e);
        }
    }
}
