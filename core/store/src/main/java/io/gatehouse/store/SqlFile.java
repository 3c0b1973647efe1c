package io.gatehouse.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The statements of this package: resource files beside its classes. */
final class SqlFile {
    private SqlFile() {}

    /** The absolute path as the inside of a string literal. */
    static String quoted(Path path) {
        return path.toAbsolutePath().toString().replace("'", "''");
    }

    static String read(String name) {
        try (InputStream file = SqlFile.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalArgumentException("No SQL file " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
