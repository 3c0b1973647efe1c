package io.gatehouse.server.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.TokenCheck;
import io.gatehouse.store.run.RunEdit;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /v1/runs} and {@code /v1/sources}. */
public final class RunsResource {
    /** The body of {@code GET /v1/runs}. */
    public record Runs(
            @JsonField("In the order in which they were started.")
            List<RunSnapshot> runs) {}

    /** The body of {@code GET /v1/sources}. */
    public record Sources(List<Source> models, List<Source> quizzes) {}

    /** A model or quiz that clients may start runs with. */
    public record Source(
            @JsonField("What a request says.") String name,
            @JsonField("Path on the server.") String path) {
        private static List<Source> of(Map<String, Path> paths) {
            return paths.entrySet().stream()
                    .map(entry -> new Source(entry.getKey(), entry.getValue().toString()))
                    .toList();
        }
    }

    private final RunHost host;
    private final RunSources sources;

    public RunsResource(RunHost host, RunSources sources) {
        this.host = requireNonNull(host, "host is null");
        this.sources = requireNonNull(sources, "sources is null");
    }

    public void sources(Context context) {
        Json.send(context, 200, new Sources(Source.of(sources.models()), Source.of(sources.quizzes())));
    }

    public void list(Context context) {
        Json.send(context, 200, new Runs(host.list()));
    }

    public void show(Context context) {
        Json.send(context, 200, host.show(context.pathParam("name")));
    }

    /** The owner of the file may name any path; other clients only the models and quizzes of the server. */
    public void start(Context context) {
        ObjectNode body = Json.body(context, RunRequest.fields());
        Json.requireTexts(body, RunRequest.class);
        RunRequest request = RunRequest.of(body);
        String name = host.start(
                        TokenCheck.isOwner(context)
                                ? request
                                : request.at(
                                        sources.model(request.model()).toString(),
                                        sources.quiz(request.quiz()).toString()))
                .name();
        context.header(
                "Location",
                "/v1/runs/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"));
        Json.send(context, 202, host.show(name));
    }

    /** The body of {@code PATCH /v1/runs/{name}}: what is left out stays as it is. */
    public record Edit(
            @JsonField("A new name.") Optional<String> name,
            @JsonField("Replaces the note on the run.") Optional<String> note,
            @JsonField("Replace the tags of the run.") Optional<List<String>> tags) {}

    public void edit(Context context) {
        Edit edit = Json.body(context, Edit.class);
        String name = host.edit(context.pathParam("name"), new RunEdit(edit.name(), edit.note(), edit.tags()));
        Json.send(context, 200, host.show(name));
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
