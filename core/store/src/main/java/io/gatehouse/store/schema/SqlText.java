package io.gatehouse.store.schema;

import java.nio.file.Path;

/** Parts of SQL statements that are put together from values of our own. */
public final class SqlText {
    private SqlText() {}

    /** Returns the absolute path as the inside of a string literal. */
    public static String quoted(Path path) {
        return path.toAbsolutePath().toString().replace("'", "''");
    }
}
