package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.event.EventStream;
import io.gatehouse.server.http.Access;
import io.gatehouse.server.http.AnswerHeaders;
import io.gatehouse.server.http.ConsoleFiles;
import io.gatehouse.server.http.Fence;
import io.gatehouse.server.http.Problem;
import io.gatehouse.server.http.RequestBody;
import io.gatehouse.server.query.DescribeResource;
import io.gatehouse.server.query.HistoryResource;
import io.gatehouse.server.query.Lookups;
import io.gatehouse.server.query.PlainPage;
import io.gatehouse.server.query.QueriesResource;
import io.gatehouse.server.query.QueryDoor;
import io.gatehouse.server.query.QueryResource;
import io.gatehouse.server.query.TypingResource;
import io.gatehouse.server.run.RunsResource;
import io.gatehouse.server.saved.SavedResource;
import io.gatehouse.server.schema.SchemaResource;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every route of the server, the fence before them, and the door where errors end. */
final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

    private final ServerSettings settings;
    private final Access access;
    private final QueryResource query;
    private final QueriesResource queries;
    private final HistoryResource history;
    private final DescribeResource describe;
    private final EventStream events;
    private final RunsResource runs;
    private final SchemaResource schema;
    private final TypingResource typing;
    private final SavedResource saved;
    private final ServerMetrics metrics;
    private final HealthResource health;
    private final InstanceResource instance;
    private final PlainPage plain;

    Routes(
            Store store,
            QueryEngine engine,
            Activity activity,
            ServerMetrics metrics,
            ServerSettings settings,
            Identity identity) {
        this.settings = requireNonNull(settings, "settings is null");
        this.access = new Access(settings.exposure().token(), identity.key());
        QueryDoor door = new QueryDoor(engine, activity.queries(), settings.queries());
        this.query = new QueryResource(door, activity.history());
        this.queries = new QueriesResource(door);
        this.history = new HistoryResource(activity.history());
        Lookups lookups = new Lookups(settings.queries());
        this.describe = new DescribeResource(engine, settings.queries(), lookups);
        this.events = new EventStream(activity.events(), settings.http().eventStreams());
        this.runs = new RunsResource(activity.runs(), settings.sources());
        this.schema = new SchemaResource(engine, door, lookups);
        this.typing = new TypingResource(engine, lookups);
        this.saved = new SavedResource(store.savedQueries(), activity.events());
        this.metrics = metrics;
        metrics.watch(activity, door);
        this.health = new HealthResource(store, activity.queries(), door, settings, identity.instance());
        this.instance = new InstanceResource(identity.instance());
        this.plain = new PlainPage(door);
    }

    void configure(JavalinConfig config) {
        config.http.prefer405over404 = true;
        config.router.javaLangErrorHandler((response, error) -> {
            LOG.error("A request failed", error);
            if (!response.isCommitted()) {
                response.resetBuffer();
                Problem.ofDefect().send(response);
            }
        });
        RoutesConfig routes = config.routes;
        routes.before(new AnswerHeaders());
        routes.before(fence());
        routes.before("/v1/*", access);
        routes.before("/plain", access);
        routes.before("/metrics", access);
        routes.before(new RequestBody(settings.http()));
        routes.get("/v1/query", query::get);
        routes.post("/v1/query", query::post);
        routes.post("/v1/describe", describe);
        routes.get("/v1/queries", queries::list);
        routes.get("/v1/queries/{id}", queries::show);
        routes.delete("/v1/queries/{id}", queries::cancel);
        routes.get("/v1/history", history);
        routes.get("/v1/events", events);
        routes.get("/v1/sources", runs::sources);
        routes.get("/v1/runs", runs::list);
        routes.post("/v1/runs", runs::start);
        routes.get("/v1/runs/{name}", runs::show);
        routes.delete("/v1/runs/{name}", runs::delete);
        routes.post("/v1/runs/{name}/cancel", runs::cancel);
        routes.get("/v1/schema", schema::list);
        routes.get("/v1/schema/{table}/summary", schema::summary);
        routes.post("/v1/check", typing::check);
        routes.post("/v1/complete", typing::complete);
        routes.get("/v1/saved", saved::list);
        routes.get("/v1/saved/{name}", saved::show);
        routes.put("/v1/saved/{name}", saved::put);
        routes.delete("/v1/saved/{name}", saved::delete);
        routes.get("/v1/openapi.json", new OpenApiDocument());
        routes.get("/metrics", metrics);
        routes.get("/v1/health", health);
        routes.get("/instance", instance);
        routes.get("/plain", plain::open);
        routes.post("/plain", plain::run);
        configurePages(routes);
        configureErrors(routes);
    }

    private Fence fence() {
        List<String> names = new ArrayList<>(settings.exposure().names());
        names.add(settings.address().host());
        return new Fence(names, settings.exposure().scheme());
    }

    private void configurePages(RoutesConfig routes) {
        if (!ConsoleFiles.present()) {
            routes.get("/", plain::open);
            return;
        }
        ConsoleFiles files = new ConsoleFiles();
        routes.get("/", files::page);
        routes.get("/favicon.svg", files::file);
        routes.get("/assets/{name}", files::asset);
    }

    private void configureErrors(RoutesConfig routes) {
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

    /** Nothing can be said any more once an answer is under way; whoever began it has broken the connection. */
    private static void send(Context context, Problem problem) {
        if (!context.res().isCommitted()) {
            context.res().resetBuffer();
            problem.send(context);
        }
    }
}
