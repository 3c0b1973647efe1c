package io.gatehouse.sample.random;

import io.gatehouse.base.DirectoryTree;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A directory that is created completely or not at all: it is filled under another name, which is removed on close. */
final class NewDirectory implements AutoCloseable {
    /** Room for what is written beside the weights. */
    private static final long MARGIN_BYTES = 64L << 20;

    private final Path directory;
    private final Path partial;

    private NewDirectory(Path directory, Path partial) {
        this.directory = directory;
        this.partial = partial;
    }

    /** Begins a directory of about {@code bytes} bytes, if it does not exist and the disk has room for it. */
    static NewDirectory begin(Path directory, long bytes) {
        Path absolute = directory.toAbsolutePath().normalize();
        Path name = absolute.getFileName();
        if (name == null || Files.exists(absolute)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s exists, and is not written over".formatted(directory));
        }
        Path partial = absolute.resolveSibling(name + ".partial");
        try {
            Files.createDirectories(absolute.resolveSibling("."));
            long free = Files.getFileStore(absolute.resolveSibling(".")).getUsableSpace();
            if (free < bytes + MARGIN_BYTES) {
                throw new GatehouseException(
                        ErrorCode.INSUFFICIENT_DISK,
                        "%s needs %,d bytes; its disk has %,d free".formatted(directory, bytes + MARGIN_BYTES, free));
            }
            Files.createDirectory(partial);
            return new NewDirectory(absolute, partial);
        } catch (FileAlreadyExistsException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s exists: something is writing it now, or was killed and it may be deleted"
                            .formatted(e.getFile()),
                    e);
        } catch (IOException e) {
            throw FileFailure.writing(directory, e);
        }
    }

    /** Where to write a file. */
    Path file(String name) {
        return partial.resolve(name);
    }

    void write(String name, String text) {
        try {
            Files.writeString(file(name), text);
        } catch (IOException e) {
            throw FileFailure.writing(file(name), e);
        }
    }

    /** Gives the directory its name. */
    void complete() {
        try {
            Files.move(partial, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw FileFailure.writing(directory, e);
        }
    }

    @Override
    public void close() {
        try {
            DirectoryTree.delete(partial);
        } catch (IOException | UncheckedIOException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s cannot be deleted: %s".formatted(partial, e.getMessage()), e);
        }
    }
}
