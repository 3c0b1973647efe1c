package io.gatehouse.server.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.http.Access;
import io.gatehouse.server.http.Json;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
        ObjectNode body = Json.body(context, RunRequest.fields());
        String model = Json.text(body, "model");
        String quiz = Json.text(body, "quiz");
        RunRequest request = RunRequest.of(body);
        String name = host.start(
                        Access.isOwner(context)
                                ? request
                                : request.at(
                                        sources.model(model).toString(),
                                        sources.quiz(quiz).toString()))
                .name();
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
}
