package io.gatehouse.sql.jdbc;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.jdbc.Query;
import io.gatehouse.jdbc.ResultColumn;
import io.gatehouse.jdbc.Rows;
import io.gatehouse.jdbc.Session;
import io.gatehouse.jdbc.Shape;
import io.gatehouse.jdbc.Table;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.StatementShape;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.catalog.Relation;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A session with an engine in this process. */
final class EngineSession implements Session {
    /** A statement that sets no timeout may run this long, which is as good as for ever. */
    static final Duration NO_TIMEOUT = Duration.ofDays(365);

    private final QueryEngine engine;
    private final Runnable release;
    private volatile boolean closed;

    /** @param release what is to be done with the engine at the end */
    EngineSession(QueryEngine engine, Runnable release) {
        this.engine = engine;
        this.release = release;
    }

    @Override
    public Rows query(Query query) {
        return new EngineRows(engine, query);
    }

    @Override
    public Shape shape(String sql) throws SQLException {
        try {
            StatementShape shape = engine.shape(sql, NO_TIMEOUT);
            return new Shape(columns(shape.columns()), shape.parameters());
        } catch (GatehouseException e) {
            throw Failures.sql(e);
        }
    }

    static List<ResultColumn> columns(List<io.gatehouse.sql.ResultColumn> columns) {
        return columns.stream()
                .map(column -> new ResultColumn(column.name(), column.type()))
                .toList();
    }

    @Override
    public List<Table> tables() {
        Catalog catalog = engine.catalog();
        return catalog.relations().stream()
                .map(relation ->
                        table(relation, catalog.findStored(relation.name()).isEmpty()))
                .toList();
    }

    private static Table table(Relation relation, boolean view) {
        List<Table.Column> columns = relation.columns().stream()
                .map(column -> new Table.Column(column.name(), column.type(), column.nullable(), column.comment()))
                .toList();
        return new Table(relation.name(), view, relation.comment(), columns);
    }

    @Override
    public String version() {
        return Optional.ofNullable(QueryEngine.class.getPackage().getImplementationVersion())
                .orElse("0.0");
    }

    @Override
    public boolean isAlive(Duration timeout) {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
        release.run();
    }
}
