package io.gatehouse.bench;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A .sql file of this module. */
public final class BenchSql {
    private BenchSql() {}

    /** Its text, by its path below {@code io/gatehouse/bench}. */
    public static String text(String path) {
        try (InputStream in = requireNonNull(BenchSql.class.getResourceAsStream(path), path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its statements, each ended by a semicolon at the end of a line, without the semicolons. */
    public static List<String> statements(String path) {
        return Arrays.stream(text(path).split(";\\R"))
                .filter(statement -> !statement.isBlank())
                .toList();
    }
}
