package io.gatehouse.sql.catalog;

import io.gatehouse.base.Resources;
import java.util.Arrays;
import java.util.List;

/** A .sql file of this module. */
public final class SqlResource {
    private static final String ROOT = "/io/gatehouse/sql/";
    private static final String EXTENSION = ".sql";

    private SqlResource() {}

    /** Its text, by its path below {@code io/gatehouse/sql}. */
    public static String text(String path) {
        return Resources.text(SqlResource.class, ROOT + path);
    }

    /** Its lines without blank ones and comments, which begin with #. */
    public static List<String> lines(String path) {
        return Resources.lines(SqlResource.class, ROOT + path);
    }

    /** Returns the names of the definitions in a folder: those of its .sql files without the extension, sorted. */
    static List<String> definitions(String folder) {
        return Resources.names(SqlResource.class, ROOT + folder).stream()
                .filter(name -> name.endsWith(EXTENSION))
                .map(name -> name.substring(0, name.length() - EXTENSION.length()))
                .toList();
    }

    /** Its statements, each ended by a semicolon at the end of a line, without the semicolons. */
    public static List<String> statements(String path) {
        return Arrays.stream(text(path).split(";\\R"))
                .filter(statement -> !statement.isBlank())
                .toList();
    }
}
