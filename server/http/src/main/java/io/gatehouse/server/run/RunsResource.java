package io.gatehouse.server.run;

import static io.gatehouse.server.http.Json.invalid;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.server.http.Access;
import io.gatehouse.server.http.Json;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code /v1/runs} and {@code /v1/sources}. */
public final class RunsResource {
    private final RunHost host;
    private final RunSources sources;

    public RunsResource(RunHost host, RunSources sources) {
        this.host = requireNonNull(host, "host is null");
        this.sources = requireNonNull(sources, "sources is null");
    }

    public void sources(Context context) {
        ObjectNode json = Json.object();
        put(json.putArray("models"), sources.models());
        put(json.putArray("quizzes"), sources.quizzes());
        Json.send(context, 200, json);
    }

    private static void put(ArrayNode list, Map<String, Path> paths) {
        paths.forEach((name, path) -> list.addObject().put("name", name).put("path", path.toString()));
    }

    public void list(Context context) {
        ObjectNode json = Json.object();
        json.putArray("runs").addAll(host.list());
        Json.send(context, 200, json);
    }

    public void show(Context context) {
        Json.send(context, 200, host.show(context.pathParam("name")));
    }

    /** Whoever has shown that the file is theirs may name any path; others only what the server was told of. */
    public void start(Context context) {
        ObjectNode body = Json.body(context, host.options());
        Map<String, String> options = new LinkedHashMap<>();
        body.properties().forEach(field -> {
            if (!field.getValue().isNull()) {
                options.put(field.getKey(), value(field.getKey(), field.getValue()));
            }
        });
        String model = Json.text(body, "model");
        String quiz = Json.text(body, "quiz");
        if (!Access.isOwner(context)) {
            options.put("model", sources.model(model).toString());
            options.put("quiz", sources.quiz(quiz).toString());
        }
        String name = host.start(options).name();
        context.header(
                "Location",
                "/v1/runs/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"));
        Json.send(context, 202, host.show(name));
    }

    public void cancel(Context context) {
        String name = context.pathParam("name");
        host.cancel(name);
        Json.send(context, 202, host.show(name));
    }

    public void delete(Context context) {
        host.delete(context.pathParam("name"));
        context.status(204);
    }

    /** As the command line has it. */
    private static String value(String field, JsonNode value) {
        if (value.isArray()) {
            StringBuilder list = new StringBuilder();
            for (JsonNode element : value) {
                list.append(list.isEmpty() ? "" : ",").append(value(field, element));
            }
            return list.toString();
        }
        if (!value.isTextual() && !value.isNumber() && !value.isBoolean()) {
            throw invalid("The field \"%s\" cannot be %s.".formatted(field, value));
        }
        return value.asText();
    }
}
