package io.gatehouse.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.Resources;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.Problem;
import io.gatehouse.server.http.RecordSchemas;
import io.gatehouse.server.model.ChatFields;
import io.gatehouse.server.model.ChatFormat;
import io.gatehouse.server.model.CompletionFields;
import io.gatehouse.server.model.CompletionsResource;
import io.gatehouse.server.model.ModelError;
import io.gatehouse.server.model.TextFormat;
import io.gatehouse.server.model.TokenizerResource;
import io.gatehouse.server.note.NotesResource;
import io.gatehouse.server.query.HistoryResource;
import io.gatehouse.server.query.QueriesResource;
import io.gatehouse.server.query.QueryRequest;
import io.gatehouse.server.query.QueryResource;
import io.gatehouse.server.query.QuerySnapshot;
import io.gatehouse.server.query.StatementResource;
import io.gatehouse.server.run.IngestResource;
import io.gatehouse.server.run.RunSnapshot;
import io.gatehouse.server.run.RunsResource;
import io.gatehouse.server.schema.SavedResource;
import io.gatehouse.server.schema.SchemaResource;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * {@code GET /v1/openapi.json}: the description of the API for programs. {@code openapi.json} has the operations; the
 * schemas and the responses of these are made from the records that are sent and read.
 */
public final class OpenApiDocument implements Handler {
    private static final Map<String, Class<? extends Record>> REQUESTS = new TreeMap<>(Map.ofEntries(
            Map.entry("ChatRequest", ChatFields.class),
            Map.entry("CompletionRequest", CompletionFields.class),
            Map.entry("DetokenizeRequest", TokenizerResource.DetokenizeFields.class),
            Map.entry("NewNote", NotesResource.NewNote.class),
            Map.entry("NoteContents", NotesResource.Contents.class),
            Map.entry("PartialStatement", StatementResource.PartialStatement.class),
            Map.entry("QueryRequest", QueryRequest.Fields.class),
            Map.entry("RunEdit", RunsResource.Edit.class),
            Map.entry("RunRequest", RunRequest.class),
            Map.entry("SavedContents", SavedResource.Contents.class),
            Map.entry("Statement", StatementResource.Statement.class),
            Map.entry("TokenizeRequest", TokenizerResource.TokenizeFields.class)));

    private static final Map<String, Class<? extends Record>> RESPONSES = new TreeMap<>(Map.ofEntries(
            Map.entry("ChatCompletions", ChatFormat.ChatCompletions.class),
            Map.entry("ChatPart", ChatFormat.ChatPart.class),
            Map.entry("Completions", TextFormat.Completions.class),
            Map.entry("CompletionsPart", TextFormat.CompletionsPart.class),
            Map.entry("Detokenized", TokenizerResource.Prompt.class),
            Map.entry("Diagnostics", StatementResource.Diagnostics.class),
            Map.entry("Health", HealthResource.Health.class),
            Map.entry("History", HistoryResource.History.class),
            Map.entry("Ingested", IngestResource.Ingested.class),
            Map.entry("Instance", HealthResource.Instance.class),
            Map.entry("ModelError", ModelError.class),
            Map.entry("Models", CompletionsResource.Models.class),
            Map.entry("Note", NotesResource.Note.class),
            Map.entry("Problem", Problem.class),
            Map.entry("Queries", QueriesResource.Queries.class),
            Map.entry("Query", QuerySnapshot.class),
            Map.entry("Rows", QueryResource.Rows.class),
            Map.entry("Run", RunSnapshot.class),
            Map.entry("Runs", RunsResource.Runs.class),
            Map.entry("Saved", SavedResource.Saved.class),
            Map.entry("SavedQuery", SavedResource.Entry.class),
            Map.entry("Schema", SchemaResource.Schema.class),
            Map.entry("Shape", StatementResource.Shape.class),
            Map.entry("Sources", RunsResource.Sources.class),
            Map.entry("Suggestions", StatementResource.Suggestions.class),
            Map.entry("Summary", SchemaResource.Summary.class),
            Map.entry("TokenizerInfo", TokenizerResource.Info.class),
            Map.entry("Tokens", TokenizerResource.Tokens.class)));

    private static final Set<String> PROBLEMS = Set.of("ModelError", "Problem");

    private final ObjectNode document;

    public OpenApiDocument() {
        document = (ObjectNode) Json.tree(Resources.bytes(OpenApiDocument.class, "openapi.json"), "openapi.json");
        Map<Class<? extends Record>, String> names = new HashMap<>();
        REQUESTS.forEach((name, type) -> names.put(type, name));
        RESPONSES.forEach((name, type) -> names.put(type, name));
        RecordSchemas schemas = new RecordSchemas(names);
        ObjectNode components = document.withObjectProperty("components");
        ObjectNode definitions = components.putObject("schemas");
        REQUESTS.forEach((name, type) -> definitions.set(name, schemas.define(type, true)));
        RESPONSES.forEach((name, type) -> {
            definitions.set(name, schemas.define(type, false));
            components.withObjectProperty("responses").set(name, response(name));
        });
        addEvents(components, "Completions", "CompletionsPart");
        addEvents(components, "ChatCompletions", "ChatPart");
        // Rows come in further formats, and a query may be sent in the address, too.
        ObjectNode rows = (ObjectNode) components.at("/responses/Rows/content");
        QueryResource.mediaTypes().forEach(rows::withObjectProperty);
        ObjectNode query = (ObjectNode) document.at("/paths/~1v1~1query/get");
        query.set("parameters", schemas.parameters(QueryRequest.Fields.class));
        ObjectNode ingest = (ObjectNode) document.at("/paths/~1v1~1ingest/post");
        ingest.set("parameters", schemas.parameters(IngestResource.Fields.class));
    }

    private static ObjectNode response(String schema) {
        ObjectNode response = Json.object().put("description", PROBLEMS.contains(schema) ? "a problem" : "done");
        content(response, schema.equals("Problem") ? Problem.CONTENT_TYPE : "application/json", schema);
        return response;
    }

    /** A response that comes as events, too, if the request asks for them: each has one of these as its data. */
    private static void addEvents(ObjectNode components, String response, String event) {
        content((ObjectNode) components.path("responses").path(response), "text/event-stream", event);
    }

    private static void content(ObjectNode response, String mediaType, String schema) {
        response.withObjectProperty("content")
                .putObject(mediaType)
                .putObject("schema")
                .put("$ref", "#/components/schemas/" + schema);
    }

    /** The document as JSON. */
    public byte[] toJson() {
        return Json.bytes(document);
    }

    @Override
    public void handle(Context context) {
        context.contentType("application/json").result(toJson());
    }
}
