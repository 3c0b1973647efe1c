package io.gatehouse.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of a query as text, columns joined by a bar. */
public final class Rows {
    private Rows() {}

    public static List<String> of(Store store, String sql) throws SQLException {
        try (Connection reader = store.reader()) {
            return of(reader, sql);
        }
    }

    public static List<String> of(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                List<String> values = new ArrayList<>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    values.add(text(result.getObject(column)));
                }
                rows.add(String.join("|", values));
            }
            return rows;
        }
    }

    private static String text(@Nullable Object value) throws SQLException {
        return value instanceof Array list ? Arrays.toString((Object[]) list.getArray()) : String.valueOf(value);
    }

    /** The one value of a query that counts something. */
    public static long count(Store store, String sql) throws SQLException {
        return Long.parseLong(of(store, sql).get(0));
    }
}
