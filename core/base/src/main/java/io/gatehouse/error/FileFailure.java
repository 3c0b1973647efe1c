package io.gatehouse.error;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** What is to be said when the file system refuses something. */
public final class FileFailure {
    private FileFailure() {}

    /** INSUFFICIENT_DISK where the disk is full; INVALID_ARGUMENT where there is another reason. */
    public static GatehouseException writing(Path path, IOException cause) {
        if (isFullDisk(cause)) {
            return new GatehouseException(
                    ErrorCode.INSUFFICIENT_DISK, "The disk is full: %s cannot be written".formatted(path), cause);
        }
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "%s cannot be written: %s".formatted(path, reason(cause)), cause);
    }

    /** What a stream over a directory throws, which cannot throw the cause itself. */
    public static GatehouseException writing(Path path, UncheckedIOException cause) {
        return writing(path, causeOf(cause));
    }

    /** FILE_NOT_FOUND where nothing is there; INVALID_ARGUMENT where what is there cannot be read. */
    public static GatehouseException reading(Path path, IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return new GatehouseException(ErrorCode.FILE_NOT_FOUND, "There is no file %s".formatted(path), cause);
        }
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "%s cannot be read: %s".formatted(path, reason(cause)), cause);
    }

    /** FILE_NOT_FOUND where nothing is there; INVALID_ARGUMENT where a directory is, or a pipe. */
    public static void requireFile(Path path) {
        if (Files.isDirectory(path)) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "%s is a directory, not a file".formatted(path));
        }
        if (!Files.exists(path)) {
            throw new GatehouseException(ErrorCode.FILE_NOT_FOUND, "There is no file %s".formatted(path));
        }
        if (!Files.isRegularFile(path)) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "%s is not a regular file".formatted(path));
        }
    }

    private static IOException causeOf(UncheckedIOException unchecked) {
        IOException cause = unchecked.getCause();
        return cause == null ? new IOException(unchecked) : cause;
    }

    private static boolean isFullDisk(IOException cause) {
        String message = String.valueOf(cause.getMessage());
        return message.contains("No space left on device") || message.contains("Disk quota exceeded");
    }

    /** The messages of many of Java's file exceptions are the path alone. */
    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (cause instanceof NoSuchFileException missing) {
            return "there is no %s".formatted(missing.getFile());
        }
        if (cause instanceof FileAlreadyExistsException other) {
            return "%s is there already".formatted(other.getFile());
        }
        if (cause instanceof NotDirectoryException other) {
            return "%s is not a directory".formatted(other.getFile());
        }
        if (cause instanceof FileSystemException refused && refused.getReason() != null) {
            return refused.getReason();
        }
        return String.valueOf(cause.getMessage());
    }
}
