package io.gatehouse.sql.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A .sql file of this module. */
final class SqlResource {
    private static final String ROOT = "/io/gatehouse/sql/";

    private SqlResource() {}

    static String text(String path) {
        try (InputStream in = SqlResource.class.getResourceAsStream(ROOT + path)) {
            if (in == null) {
                throw new IllegalArgumentException("No resource " + ROOT + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
