package io.gatehouse.store.schema;

import io.gatehouse.base.Resources;
import java.nio.file.Path;

/** Texts of SQL statements. */
public final class SqlText {
    private SqlText() {}

    /**
     * Returns the text of a SQL file, with the units of {@link Units} in the place of {@code ${weight}}, {@code
     * ${entropy}}, {@code ${margin}} and {@code ${probability}}, and in the place of {@code ${phase}} the phase of a row
     * that has only {@code is_generated}. What a file says of each rank of a decision, {@link RankColumns} writes out.
     *
     * @param owner class whose package holds the file
     */
    public static String read(Class<?> owner, String name) {
        return withUnits(Resources.text(owner, name));
    }

    /** Returns SQL with the placeholders replaced that {@link #read} replaces. */
    public static String withUnits(String sql) {
        String inUnits = sql.replace("${weight}", String.valueOf(Units.WEIGHT))
                .replace("${entropy}", String.valueOf(Units.ENTROPY))
                .replace("${margin}", String.valueOf(Units.MARGIN))
                .replace("${probability}", String.valueOf(Units.PROBABILITY))
                .replace("${phase}", "CASE WHEN is_generated THEN 'generated' ELSE 'prompt' END");
        return RankColumns.expand(inUnits);
    }

    /** Returns the absolute path as the inside of a string literal. */
    public static String quoted(Path path) {
        return quoted(path.toAbsolutePath().toString());
    }

    /** Returns a text as the inside of a string literal. */
    public static String quoted(String text) {
        return text.replace("'", "''");
    }
}
