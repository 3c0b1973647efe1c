package io.gatehouse.cli.terminal;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestSecretFile {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aTokenIsLong() throws Exception {
        assertThat(SecretFile.token(file("correct-horse-battery\n", "rw-------")))
                .isEqualTo("correct-horse-battery");
        assertRefused(() -> SecretFile.token(file("secret\n", "rw-------")), ErrorCode.INVALID_ARGUMENT, "16 letters");
        assertRefused(
                () -> SecretFile.token(file("correct horse battery\n", "rw-------")),
                ErrorCode.INVALID_ARGUMENT,
                "one word");
    }

    @Test
    void aPasswordIsWhateverOpensItsFile() throws Exception {
        assertThat(SecretFile.password(file("changeit\n", "rw-------"))).isEqualTo("changeit");
        assertThat(SecretFile.password(file(" two words ", "rw-------"))).isEqualTo(" two words ");
        assertRefused(() -> SecretFile.password(file("\n", "rw-------")), ErrorCode.INVALID_ARGUMENT, "is empty");
    }

    @Test
    void nobodyElseMayReadEither() throws Exception {
        Path open = file("correct-horse-battery\n", "rw-r--r--");
        assertRefused(() -> SecretFile.token(open), ErrorCode.INVALID_ARGUMENT, "chmod 600");
        assertRefused(() -> SecretFile.password(open), ErrorCode.INVALID_ARGUMENT, "chmod 600");
    }

    private Path file(String text, String permissions) {
        try {
            Path file = Files.createTempFile(folder, "secret", "");
            Files.writeString(file, text);
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
