package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.server.http.Json;
import io.gatehouse.sql.Diagnostic;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.completion.Suggestion;
import io.javalin.http.Context;
import java.util.Locale;
import java.util.Set;

/** {@code /v1/check} and {@code /v1/complete}: help for a statement that is being typed. Nothing is run. */
public final class TypingResource {
    private final QueryEngine engine;
    private final Lookups lookups;

    public TypingResource(QueryEngine engine, Lookups lookups) {
        this.engine = requireNonNull(engine, "engine is null");
        this.lookups = requireNonNull(lookups, "lookups is null");
    }

    public void check(Context context) {
        String sql = Json.text(Json.body(context, Set.of("sql")), "sql");
        ObjectNode json = Json.object();
        ArrayNode list = json.putArray("diagnostics");
        for (Diagnostic diagnostic : lookups.look(() -> engine.check(sql))) {
            list.addObject()
                    .put("severity", diagnostic.severity().name().toLowerCase(Locale.ROOT))
                    .put("code", diagnostic.code().name())
                    .put("sqlState", diagnostic.sqlState())
                    .put("message", diagnostic.message())
                    .put("line", diagnostic.range().line())
                    .put("column", diagnostic.range().column())
                    .put("endLine", diagnostic.range().endLine())
                    .put("endColumn", diagnostic.range().endColumn())
                    .put("offset", diagnostic.start());
        }
        Json.send(context, 200, json);
    }

    public void complete(Context context) {
        ObjectNode body = Json.body(context, Set.of("sql", "offset"));
        String sql = Json.text(body, "sql");
        long offset = Json.findLong(body, "offset").orElse((long) sql.length());
        ObjectNode json = Json.object();
        ArrayNode list = json.putArray("suggestions");
        int cursor = (int) Math.max(0, Math.min(offset, sql.length()));
        for (Suggestion suggestion : lookups.look(() -> engine.complete(sql, cursor))) {
            list.addObject()
                    .put("text", suggestion.text())
                    .put("kind", suggestion.kind().name().toLowerCase(Locale.ROOT))
                    .put("detail", suggestion.detail())
                    .put("from", suggestion.start())
                    .put("to", suggestion.end());
        }
        Json.send(context, 200, json);
    }
}
