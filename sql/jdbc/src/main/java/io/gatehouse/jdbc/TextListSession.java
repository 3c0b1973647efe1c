package io.gatehouse.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A session that shows lists as VARCHAR, to tools that know no arrays or refuse those of an element they do not know. */
final class TextListSession implements Session {
    private final Session session;

    TextListSession(Session session) {
        this.session = session;
    }

    private static String type(String type) {
        return type.endsWith("]") ? "VARCHAR" : type;
    }

    private static List<ResultColumn> columns(List<ResultColumn> columns) {
        return columns.stream()
                .map(column -> new ResultColumn(column.name(), type(column.type())))
                .toList();
    }

    @Override
    public Rows query(Query query) throws SQLException {
        return new TextRows(session.query(query));
    }

    @Override
    public Shape shape(String sql) throws SQLException {
        Shape shape = session.shape(sql);
        return new Shape(columns(shape.columns()), shape.parameters());
    }

    @Override
    public List<Table> tables() throws SQLException {
        return session.tables().stream().map(TextListSession::table).toList();
    }

    private static Table table(Table table) {
        List<Table.Column> columns = table.columns().stream()
                .map(column ->
                        new Table.Column(column.name(), type(column.type()), column.nullable(), column.comment()))
                .toList();
        return new Table(table.name(), table.view(), table.comment(), columns);
    }

    @Override
    public String version() {
        return session.version();
    }

    @Override
    public boolean isAlive(Duration timeout) {
        return session.isAlive(timeout);
    }

    @Override
    public void close() throws SQLException {
        session.close();
    }

    private record TextRows(Rows rows) implements Rows {
        @Override
        public void start() throws SQLException {
            rows.start();
        }

        @Override
        public List<ResultColumn> columns() {
            return TextListSession.columns(rows.columns());
        }

        @Override
        public boolean next() throws SQLException {
            return rows.next();
        }

        @Override
        public @Nullable Object value(int column) throws SQLException {
            Object value = rows.value(column);
            return value instanceof List<?> list ? ValueText.of(list) : value;
        }

        @Override
        public void cancel() throws SQLException {
            rows.cancel();
        }

        @Override
        public void close() throws SQLException {
            rows.close();
        }
    }
}
