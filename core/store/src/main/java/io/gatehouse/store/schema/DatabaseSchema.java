package io.gatehouse.store.schema;

import io.gatehouse.base.Resources;

/** The schema of a database file. */
public final class DatabaseSchema {
    /** Version of the schema that this Gatehouse writes and reads. */
    public static final int VERSION = 1;

    private DatabaseSchema() {}

    /** Returns the statements that make an empty database of this version. */
    public static String definition() {
        return Resources.text(DatabaseSchema.class, "schema.sql");
    }
}
