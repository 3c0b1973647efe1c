package io.gatehouse.server.mcp;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.client.Session;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.RecordSchemas;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Something that a client can call.
 *
 * @param arguments what it takes, as {@link Json#read} reads it
 * @param result what it returns
 */
record Tool(
        String name,
        String title,
        String description,
        Class<? extends Record> arguments,
        Class<? extends Record> result,
        Work work) {
    /** What the tool does; the text is JSON of the result. */
    @FunctionalInterface
    interface Work {
        String call(ObjectNode arguments, Session session);
    }

    Tool {
        requireNonNull(name, "name is null");
        requireNonNull(title, "title is null");
        requireNonNull(description, "description is null");
        requireNonNull(arguments, "arguments is null");
        requireNonNull(result, "result is null");
        requireNonNull(work, "work is null");
    }

    /** All tools, in the order in which they are listed. */
    static List<Tool> all() {
        return List.of(QueryTool.TOOL, DescribeTool.TOOL, ExamplesTool.TOOL, StudyTool.TOOL);
    }

    /** Calls the tool; an argument that it does not have is refused. */
    String call(ObjectNode given, Session session) {
        Set<String> known = Json.fields(arguments).keySet();
        given.fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                throw Json.invalid("The tool %s has no argument \"%s\"; it may have %s."
                        .formatted(name, field, Json.listed(known)));
            }
        });
        return work.call(given, session);
    }

    /** The tool as clients see it. */
    ObjectNode definition() {
        RecordSchemas schemas = new RecordSchemas(Map.of());
        ObjectNode definition =
                Json.object().put("name", name).put("title", title).put("description", description);
        definition.set("inputSchema", schemas.define(arguments, true));
        definition.set("outputSchema", schemas.define(result, false));
        definition
                .putObject("annotations")
                .put("readOnlyHint", true)
                .put("idempotentHint", true)
                .put("openWorldHint", false);
        return definition;
    }
}
