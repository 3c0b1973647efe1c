package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.client.StatementShape;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.SqlText;
import io.gatehouse.sql.QueryEngine;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Set;

/** {@code POST /v1/describe}: the columns that a statement returns and the parameters that it takes, without running it. */
public final class DescribeResource implements Handler {
    private static final Set<String> FIELDS = Set.of("sql");

    private final QueryEngine engine;
    private final QueryAllowance allowance;
    private final Lookups lookups;

    public DescribeResource(QueryEngine engine, QueryAllowance allowance, Lookups lookups) {
        this.engine = requireNonNull(engine, "engine is null");
        this.allowance = requireNonNull(allowance, "allowance is null");
        this.lookups = requireNonNull(lookups, "lookups is null");
    }

    @Override
    public void handle(Context context) {
        String sql = Json.text(Json.body(context, FIELDS), "sql");
        SqlText.assign(context, sql);
        StatementShape shape = lookups.look(() -> engine.shape(sql, allowance.planning()));
        ObjectNode json = Json.object();
        ArrayNode columns = json.putArray("columns");
        shape.columns()
                .forEach(column -> columns.addObject()
                        .put("name", column.name())
                        .put("type", column.type().toString()));
        ArrayNode parameters = json.putArray("parameters");
        shape.parameters().forEach(type -> parameters.add(type.toString()));
        Json.send(context, 200, json);
    }
}
