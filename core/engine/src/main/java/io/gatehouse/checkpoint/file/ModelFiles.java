package io.gatehouse.checkpoint.file;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.ReadingNote;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Finds the files of a model directory and reads the small ones whole. */
public final class ModelFiles {
    private ModelFiles() {}

    public static void requireDirectory(Path directory) {
        if (!Files.exists(directory)) {
            throw missing("Model directory %s does not exist".formatted(directory));
        }
        if (!Files.isDirectory(directory)) {
            throw missing("%s is not a directory; a model is a directory with a config.json, or a GGUF file"
                    .formatted(directory));
        }
    }

    public static void requireFile(Path file) {
        if (!Files.exists(file)) {
            throw missing("%s does not exist".formatted(file));
        }
        if (!Files.isRegularFile(file)) {
            throw missing("%s is not a file".formatted(file));
        }
    }

    /** Reads a file of at most {@code limit} bytes. */
    public static byte[] read(Path file, int limit) {
        requireFile(file);
        ReadingNote.of(file);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(limit);
            if (in.read() != -1) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_CHECKPOINT, "%s has more than %,d bytes".formatted(file, limit));
            }
            return content;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    public static GatehouseException unreadable(Path file, IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s may not be read: permission denied".formatted(file), cause);
        }
        if (cause instanceof NoSuchFileException) {
            return new GatehouseException(ErrorCode.FILE_NOT_FOUND, "%s does not exist".formatted(file), cause);
        }
        return new GatehouseException(
                ErrorCode.CORRUPT_CHECKPOINT, "%s cannot be read: %s".formatted(file, cause.getMessage()), cause);
    }

    private static GatehouseException missing(String message) {
        return new GatehouseException(ErrorCode.FILE_NOT_FOUND, message);
    }
}
