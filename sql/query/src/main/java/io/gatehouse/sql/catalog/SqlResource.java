package io.gatehouse.sql.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A .sql file of this module. */
public final class SqlResource {
    private static final String ROOT = "/io/gatehouse/sql/";

    private SqlResource() {}

    /** Its text, by its path below {@code io/gatehouse/sql}. */
    public static String text(String path) {
        try (InputStream in = SqlResource.class.getResourceAsStream(ROOT + path)) {
            if (in == null) {
                throw new IllegalArgumentException("No resource " + ROOT + path);
            }
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
