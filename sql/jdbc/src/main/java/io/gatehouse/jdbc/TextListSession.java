package io.gatehouse.jdbc;

import io.gatehouse.client.Column;
import io.gatehouse.client.Query;
import io.gatehouse.client.Relation;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.client.StatementShape;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Scalar;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A session in which lists are VARCHAR, for tools without arrays or with arrays of few types. */
final class TextListSession implements Session {
    private final Session session;

    TextListSession(Session session) {
        this.session = session;
    }

    private static SqlType type(SqlType type) {
        return type instanceof ListOf ? Scalar.VARCHAR : type;
    }

    private static List<ResultColumn> columns(List<ResultColumn> columns) {
        return columns.stream()
                .map(column -> new ResultColumn(column.name(), type(column.type())))
                .toList();
    }

    @Override
    public Rows query(Query query) {
        return new TextRows(session.query(query));
    }

    @Override
    public StatementShape shape(String sql) {
        StatementShape shape = session.shape(sql);
        return new StatementShape(columns(shape.columns()), shape.parameters(), shape.names());
    }

    @Override
    public List<Relation> relations() {
        return session.relations().stream().map(TextListSession::relation).toList();
    }

    private static Relation relation(Relation relation) {
        List<Column> columns = relation.columns().stream()
                .map(column -> new Column(column.name(), type(column.type()), column.nullable(), column.comment()))
                .toList();
        return new Relation(relation.name(), relation.view(), relation.comment(), columns);
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
    public void close() {
        session.close();
    }

    private record TextRows(Rows rows) implements Rows {
        @Override
        public void start() {
            rows.start();
        }

        @Override
        public List<ResultColumn> columns() {
            return TextListSession.columns(rows.columns());
        }

        @Override
        public boolean next() {
            return rows.next();
        }

        @Override
        public @Nullable Object value(int column) {
            Object value = rows.value(column);
            return value instanceof List<?> list ? ValueText.of(list) : value;
        }

        @Override
        public void cancel() {
            rows.cancel();
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
