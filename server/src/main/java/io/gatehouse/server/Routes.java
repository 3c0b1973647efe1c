package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.event.EventStream;
import io.gatehouse.server.event.Events;
import io.gatehouse.server.http.AnswerHeaders;
import io.gatehouse.server.http.ConsoleFiles;
import io.gatehouse.server.http.Fence;
import io.gatehouse.server.http.Problem;
import io.gatehouse.server.query.DescribeResource;
import io.gatehouse.server.query.PlainPage;
import io.gatehouse.server.query.QueriesResource;
import io.gatehouse.server.query.QueryDoor;
import io.gatehouse.server.query.QueryRegister;
import io.gatehouse.server.query.QueryResource;
import io.gatehouse.server.schema.SchemaResource;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.router.EndpointNotFound;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every route of the server, the fence before them, and the door where errors end. */
final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

    private final ServerSettings settings;
    private final QueryResource query;
    private final QueriesResource queries;
    private final DescribeResource describe;
    private final EventStream events;
    private final SchemaResource schema;
    private final HealthResource health;
    private final PlainPage plain;

    Routes(Store store, QueryEngine engine, QueryRegister running, Events events, ServerSettings settings) {
        this.settings = requireNonNull(settings, "settings is null");
        QueryDoor door = new QueryDoor(engine, running, settings.queries());
        this.query = new QueryResource(door);
        this.queries = new QueriesResource(door);
        this.describe = new DescribeResource(engine, settings.queries());
        this.events = new EventStream(events, settings.http().eventStreams());
        this.schema = new SchemaResource(engine.catalog());
        this.health = new HealthResource(store, running, door, settings);
        this.plain = new PlainPage(door);
    }

    void configure(JavalinConfig config) {
        config.http.maxRequestSize = settings.http().bodyBytes();
        config.http.prefer405over404 = true;
        config.router.javaLangErrorHandler((response, error) -> {
            LOG.error("A request failed", error);
            response.setStatus(Problem.ofDefect().status());
        });
        RoutesConfig routes = config.routes;
        routes.before(new AnswerHeaders());
        routes.before(new Fence(settings.address().host()));
        routes.get("/v1/query", query::get);
        routes.post("/v1/query", query::post);
        routes.post("/v1/describe", describe);
        routes.get("/v1/queries", queries::list);
        routes.get("/v1/queries/{id}", queries::show);
        routes.delete("/v1/queries/{id}", queries::cancel);
        routes.get("/v1/events", events);
        routes.get("/v1/schema", schema);
        routes.get("/v1/health", health);
        routes.get("/plain", plain::open);
        routes.post("/plain", plain::run);
        configurePages(routes);
        configureErrors(routes);
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
                (error, context) -> send(context, Problem.ofStatus(405, "This address takes other methods only.")));
        routes.exception(HttpResponseException.class, (error, context) -> send(context, problem(error)));
        routes.exception(Exception.class, (error, context) -> {
            LOG.error("A request failed", error);
            send(context, Problem.ofDefect());
        });
    }

    private Problem problem(HttpResponseException error) {
        return error.getStatus() == HttpStatus.CONTENT_TOO_LARGE.getCode()
                ? Problem.ofStatus(
                        413,
                        "The body is larger than %d bytes."
                                .formatted(settings.http().bodyBytes()))
                : Problem.of(error);
    }

    /** Nothing can be said any more once an answer is under way; whoever began it has broken the connection. */
    private static void send(Context context, Problem problem) {
        if (!context.res().isCommitted()) {
            context.res().resetBuffer();
            problem.send(context);
        }
    }
}
