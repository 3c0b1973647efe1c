package io.gatehouse.server.schema;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.query.Lookups;
import io.gatehouse.server.query.QueryDoor;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/schema}: the relations that SQL can name, with the comment of each relation and column, how many rows those
 * of the file have, and a summary of the columns of one of them; and the words of the language with examples.
 */
public final class SchemaResource {
    /** Counting is a courtesy: what takes longer goes without. */
    private static final QueryLimits COUNTING = new QueryLimits(Duration.ofSeconds(2), 0);

    private final QueryEngine engine;
    private final QueryDoor door;
    private final Lookups lookups;

    public SchemaResource(QueryEngine engine, QueryDoor door, Lookups lookups) {
        this.engine = requireNonNull(engine, "engine is null");
        this.door = requireNonNull(door, "door is null");
        this.lookups = requireNonNull(lookups, "lookups is null");
    }

    public void list(Context context) {
        ObjectNode json = Json.object();
        json.putArray("tables")
                .addAll(lookups.look(() -> engine.catalog().relations().stream()
                        .map(this::describe)
                        .toList()));
        SqlLanguage.describe(json);
        Json.send(context, 200, json);
    }

    private ObjectNode describe(Relation relation) {
        boolean stored = !relation.view();
        ObjectNode json = Json.object();
        json.put("name", relation.name());
        json.put("kind", stored ? "table" : "view");
        json.put("comment", relation.comment());
        json.put("rows", stored ? rows(relation).orElse(null) : null);
        ArrayNode columns = json.putArray("columns");
        for (Column column : relation.columns()) {
            columns.addObject()
                    .put("name", column.name())
                    .put("type", column.type().toString())
                    .put("nullable", column.nullable())
                    .put("comment", column.comment());
        }
        return json;
    }

    private Optional<Long> rows(Relation relation) {
        try (QueryResult count = engine.query("SELECT count(*) FROM " + quoted(relation.name()), COUNTING)) {
            return count.next() ? Optional.of(((Number) requireNonNull(count.value(0))).longValue()) : Optional.empty();
        } catch (GatehouseException e) {
            return Optional.empty();
        }
    }

    /** Reads the whole relation, as a query that can be seen and cancelled like any other. */
    public void summary(Context context) throws IOException {
        Relation relation = named(context.pathParam("table"));
        List<List<@Nullable Object>> rows = door.rows(context, "SUMMARIZE " + quoted(relation.name()));
        // SUMMARIZE tells the share of NULLs in hundredths of a percent, which are thousands of a large relation.
        List<@Nullable Object> counts = door.rows(context, counting(relation)).get(0);
        ObjectNode json = Json.object();
        json.put("table", relation.name());
        json.put("rows", whole(counts.get(0)));
        ArrayNode columns = json.putArray("columns");
        for (int i = 0; i < rows.size(); i++) {
            columns.add(summary(rows.get(i), whole(counts.get(0)) - whole(counts.get(i + 1))));
        }
        Json.send(context, 200, json);
    }

    private static String counting(Relation relation) {
        return relation.columns().stream()
                .map(column -> ", count(%s)".formatted(quoted(column.name())))
                .collect(Collectors.joining("", "SELECT count(*)", " FROM " + quoted(relation.name())));
    }

    private static long whole(@Nullable Object count) {
        return ((Number) requireNonNull(count, "a count is null")).longValue();
    }

    /** In the order of the columns of SUMMARIZE: name, type, min, max, distinct, mean, deviation, quartiles, count, NULLs. */
    private static ObjectNode summary(List<@Nullable Object> row, long nulls) {
        ObjectNode json = Json.object();
        json.put("name", String.valueOf(row.get(0)));
        json.put("type", String.valueOf(row.get(1)));
        json.put("nulls", nulls);
        json.put("distinct", number(row.get(4)).map(Math::round).orElse(null));
        json.put("min", text(row.get(2)));
        json.put("max", text(row.get(3)));
        json.put("mean", number(row.get(5)).orElse(null));
        json.put("stddev", number(row.get(6)).orElse(null));
        json.put("q25", text(row.get(7)));
        json.put("q50", text(row.get(8)));
        json.put("q75", text(row.get(9)));
        return json;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    private static Optional<Double> number(@Nullable Object value) {
        try {
            return value == null ? Optional.empty() : Optional.of(Double.valueOf(value.toString()));
        } catch (NumberFormatException e) {
            // The mean of times is a time.
            return Optional.empty();
        }
    }

    private Relation named(String name) {
        return engine.catalog().relations().stream()
                .filter(relation -> relation.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new NotFoundResponse("There is no relation \"%s\".".formatted(name)));
    }

    private static String quoted(String name) {
        return "\"%s\"".formatted(name.replace("\"", "\"\""));
    }
}
