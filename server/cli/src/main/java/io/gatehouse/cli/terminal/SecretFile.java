package io.gatehouse.cli.terminal;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** A token or password in a file, so that it stands in no command line, address or log. */
public final class SecretFile {
    private static final int SHORTEST_TOKEN = 16;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private SecretFile() {}

    /**
     * What clients show that they may come in.
     *
     * @throws GatehouseException if the file cannot be read, others may read it, or it holds nothing to rely on
     */
    public static String token(Path file) {
        String token = read(file).strip();
        if (token.length() < SHORTEST_TOKEN || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw invalid("%s must contain one word of at least %d letters, digits or symbols."
                    .formatted(file, SHORTEST_TOKEN));
        }
        return token;
    }

    /**
     * What opens a file that somebody made elsewhere, however short: the first line.
     *
     * @throws GatehouseException if the file cannot be read, others may read it, or it is empty
     */
    public static String password(Path file) {
        return read(file)
                .lines()
                .findFirst()
                .filter(line -> !line.isEmpty())
                .orElseThrow(() -> invalid("%s is empty; it must contain the password.".formatted(file)));
    }

    private static String read(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (!OWNER_ONLY.containsAll(permissions)) {
                throw invalid("Other users have access to %s (%s); restrict it with chmod 600."
                        .formatted(file, PosixFilePermissions.toString(permissions)));
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    private static GatehouseException invalid(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
