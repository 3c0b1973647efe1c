package io.gatehouse.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestFileFailure {
    private static final Path FILE = Path.of("a", "b");

    @TempDir
    private Path directory = Path.of("");

    @Test
    void aFullDiskIsNobodysMistake() {
        IOException full = new IOException("No space left on device");
        says(FileFailure.writing(FILE, full), ErrorCode.INSUFFICIENT_DISK, "The disk is full: a/b cannot be written.");
        says(
                FileFailure.writing(FILE, new UncheckedIOException(full)),
                ErrorCode.INSUFFICIENT_DISK,
                "The disk is full: a/b cannot be written.");
        says(
                FileFailure.writing(FILE, new FileSystemException("a/b", null, "Disk quota exceeded")),
                ErrorCode.INSUFFICIENT_DISK,
                "The disk is full: a/b cannot be written.");
    }

    @Test
    void saysWhyWhereJavaSaysThePathAlone() throws IOException {
        says(
                FileFailure.writing(FILE, new AccessDeniedException("a/b")),
                ErrorCode.INVALID_ARGUMENT,
                "a/b cannot be written: permission denied.");
        says(
                FileFailure.writing(FILE, new NoSuchFileException("a")),
                ErrorCode.INVALID_ARGUMENT,
                "a/b cannot be written: there is no a.");
        says(
                FileFailure.reading(FILE, new AccessDeniedException("a/b")),
                ErrorCode.INVALID_ARGUMENT,
                "a/b cannot be read: permission denied.");
        says(
                FileFailure.reading(FILE, new NoSuchFileException("a/b")),
                ErrorCode.FILE_NOT_FOUND,
                "There is no file a/b.");
        Path occupied = Files.createFile(directory.resolve("occupied"));
        try {
            Files.createDirectories(occupied.resolve("below"));
        } catch (IOException e) {
            assertThat(FileFailure.writing(occupied, e).getMessage())
                    .isIn(
                            "%s cannot be written: Not a directory.".formatted(occupied),
                            "%1$s cannot be written: %1$s is there already.".formatted(occupied));
        }
    }

    private static void says(GatehouseException failure, ErrorCode code, String message) {
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure).hasMessage(message);
        assertThat(failure.getCause()).isInstanceOf(IOException.class);
    }
}
