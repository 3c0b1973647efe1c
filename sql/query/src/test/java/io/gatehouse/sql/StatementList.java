package io.gatehouse.sql;

import io.gatehouse.testing.store.RoutingFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Statements of a .sql resource of the tests, each ended by a semicolon at the end of a line, and for each the comment
 * line right before it.
 */
record StatementList(String file, List<Entry> entries) {
    record Entry(String comment, String sql) {}

    static StatementList read(String file) throws IOException {
        List<Entry> entries = new ArrayList<>();
        String comment = "";
        StringBuilder sql = new StringBuilder();
        for (String line : RoutingFile.resource("/sql/" + file).lines().toList()) {
            if (sql.isEmpty() && line.startsWith("-- ")) {
                comment = line.substring(3);
                continue;
            }
            sql.append(sql.isEmpty() ? "" : "\n").append(line);
            if (line.endsWith(";")) {
                entries.add(new Entry(comment, sql.substring(0, sql.length() - 1)));
                sql.setLength(0);
                comment = "";
            }
        }
        return new StatementList(file, entries);
    }
}
