package io.gatehouse.server;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.event.EventStream;
import io.gatehouse.server.http.ConsoleFiles;
import io.gatehouse.server.http.OriginCheck;
import io.gatehouse.server.http.Problem;
import io.gatehouse.server.http.RequestBody;
import io.gatehouse.server.http.ResponseHeaders;
import io.gatehouse.server.http.TokenCheck;
import io.gatehouse.server.http.UnreadBody;
import io.gatehouse.server.mcp.McpResource;
import io.gatehouse.server.mcp.McpServer;
import io.gatehouse.server.model.CompletionsResource;
import io.gatehouse.server.model.ModelError;
import io.gatehouse.server.model.TokenizerResource;
import io.gatehouse.server.note.NotesResource;
import io.gatehouse.server.query.HistoryResource;
import io.gatehouse.server.query.PlainPage;
import io.gatehouse.server.query.QueriesResource;
import io.gatehouse.server.query.QueryResource;
import io.gatehouse.server.query.QueryService;
import io.gatehouse.server.query.ServedSession;
import io.gatehouse.server.query.StatementResource;
import io.gatehouse.server.query.admission.DescribeGate;
import io.gatehouse.server.run.IngestResource;
import io.gatehouse.server.run.RunsResource;
import io.gatehouse.server.schema.SavedResource;
import io.gatehouse.server.schema.SchemaResource;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.router.EndpointNotFound;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every route of the server, the checks before them, and the handlers of errors. */
record Routes(
        Store store,
        QueryEngine engine,
        Activity activity,
        QueryService service,
        DescribeGate gate,
        ServerMetrics metrics,
        ServerSettings settings,
        Identity identity) {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

    void configure(JavalinConfig config) {
        config.http.prefer405over404 = true;
        config.router.javaLangErrorHandler((response, error) -> {
            LOG.error("A request failed", error);
            if (!response.isCommitted()) {
                response.resetBuffer();
                Problem.ofDefect().send(response);
            }
        });
        metrics.watch(activity, service);
        metrics.watch(new RunFigures(new EngineSession(engine, () -> {})));
        addChecks(config.routes);
        addQueries(config.routes);
        addAgents(config.routes);
        addRuns(config.routes);
        addModels(config.routes);
        addServer(config.routes);
        addPages(config.routes, new PlainPage(service));
        addErrors(config.routes);
    }

    private void addChecks(RoutesConfig routes) {
        TokenCheck tokens = new TokenCheck(settings.access().token(), identity.key(), CompletionsResource.PATHS);
        List<String> names = new ArrayList<>(settings.access().names());
        names.add(settings.address().host());
        routes.before(new ResponseHeaders());
        routes.before(new OriginCheck(names, settings.access().scheme()));
        routes.before("/v1/*", tokens);
        routes.before("/plain", tokens);
        routes.before("/metrics", tokens);
        routes.before("/mcp", tokens);
        TokenizerResource.PATHS.forEach(path -> routes.before(path, tokens));
        routes.before(new RequestBody(settings.http(), Set.of(IngestResource.PATH)));
    }

    private void addQueries(RoutesConfig routes) {
        QueryResource query = new QueryResource(
                service, activity.history(), new MemoryPermits(settings.memory().parquet()));
        routes.get("/v1/query", query::get);
        routes.post("/v1/query", query::post);
        QueriesResource queries = new QueriesResource(service);
        routes.get("/v1/queries", queries::list);
        routes.get("/v1/queries/{id}", queries::show);
        routes.delete("/v1/queries/{id}", queries::cancel);
        routes.get("/v1/history", new HistoryResource(activity.history()));
        StatementResource statements = new StatementResource(engine, settings.queries(), gate);
        routes.post("/v1/describe", statements::describe);
        routes.post("/v1/check", statements::check);
        routes.post("/v1/complete", statements::complete);
        SchemaResource schema = new SchemaResource(engine, service, gate);
        routes.get("/v1/schema", schema::list);
        routes.get("/v1/schema/{table}/summary", schema::summary);
        SavedResource saved = new SavedResource(store.savedQueries(), activity.events());
        routes.get("/v1/saved", saved::list);
        routes.get("/v1/saved/{name}", saved::show);
        routes.put("/v1/saved/{name}", saved::put);
        routes.delete("/v1/saved/{name}", saved::delete);
        NotesResource notes = new NotesResource(store, activity.events());
        routes.post("/v1/notes", notes::add);
        routes.put("/v1/notes/{id}", notes::change);
        routes.delete("/v1/notes/{id}", notes::delete);
    }

    private void addAgents(RoutesConfig routes) {
        routes.post(
                "/mcp",
                new McpResource(
                        new McpServer(settings.version()),
                        client -> new ServedSession(
                                engine, service, activity.history(), gate, "mcp", client, settings.version())));
    }

    private void addRuns(RoutesConfig routes) {
        RunsResource runs = new RunsResource(activity.runs(), settings.sources());
        routes.get("/v1/sources", runs::sources);
        routes.get("/v1/runs", runs::list);
        routes.post("/v1/runs", runs::start);
        routes.get("/v1/runs/{name}", runs::show);
        routes.patch("/v1/runs/{name}", runs::edit);
        routes.delete("/v1/runs/{name}", runs::delete);
        routes.post("/v1/runs/{name}/cancel", runs::cancel);
        routes.post(
                IngestResource.PATH,
                new IngestResource(
                        store,
                        activity.runs(),
                        settings.version(),
                        new MemoryPermits(settings.memory().receive()),
                        new MemoryPermits(settings.memory().work()),
                        settings.http().bodyTime()));
    }

    private void addModels(RoutesConfig routes) {
        CompletionsResource completions = new CompletionsResource(activity.models());
        routes.get(CompletionsResource.MODELS, completions::models);
        routes.post(CompletionsResource.COMPLETIONS, completions::complete);
        routes.post(CompletionsResource.CHAT, completions::chat);
        TokenizerResource tokenizer = new TokenizerResource(activity.models());
        routes.get("/tokenizer_info", tokenizer::info);
        routes.post("/tokenize", tokenizer::tokenize);
        routes.post("/detokenize", tokenizer::detokenize);
    }

    private void addServer(RoutesConfig routes) {
        routes.get(
                "/v1/events", new EventStream(activity.events(), settings.http().eventStreams()));
        routes.get("/v1/openapi.json", new OpenApiDocument());
        routes.get("/metrics", metrics);
        HealthResource health = new HealthResource(store, activity.queries(), service, settings, identity.instance());
        routes.get("/v1/health", health::health);
        routes.get("/instance", health::instance);
    }

    private static void addPages(RoutesConfig routes, PlainPage plain) {
        routes.get("/plain", plain::open);
        routes.post("/plain", plain::run);
        if (!ConsoleFiles.present()) {
            routes.get("/", plain::open);
            return;
        }
        ConsoleFiles files = new ConsoleFiles();
        routes.get("/", files::page);
        routes.get("/favicon.svg", files::file);
        routes.get("/assets/{name}", files::asset);
    }

    private static void addErrors(RoutesConfig routes) {
        routes.exception(GatehouseException.class, (error, context) -> send(context, Problem.of(error)));
        routes.exception(
                EndpointNotFound.class,
                (error, context) -> send(context, Problem.ofStatus(404, "There is nothing at this address.")));
        routes.exception(
                MethodNotAllowedResponse.class,
                (error, context) -> sendOtherMethods(context, error.getDetails().getOrDefault("availableMethods", "")));
        routes.exception(HttpResponseException.class, (error, context) -> send(context, Problem.of(error)));
        routes.exception(Exception.class, (error, context) -> {
            LOG.error("A request failed", error);
            send(context, Problem.ofDefect());
        });
    }

    /** @param methods that the address takes, as the header Allow lists them */
    private static void sendOtherMethods(Context context, String methods) {
        context.header("Allow", methods);
        send(context, Problem.ofStatus(405, "This address takes %s only.".formatted(methods)));
    }

    /** Does nothing once a response is under way; whoever began it has broken the connection. */
    private static void send(Context context, Problem problem) {
        if (context.res().isCommitted()) {
            return;
        }
        context.res().resetBuffer();
        String path = context.path();
        if (CompletionsResource.PATHS.contains(path.endsWith("/") ? path.substring(0, path.length() - 1) : path)) {
            ModelError.send(context, problem);
        } else {
            problem.send(context);
        }
        UnreadBody.answer(context);
    }
}
