package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.GatehouseException;
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
public final class HttpApi {
    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

    private final Fence fence;
    private final QueryResource query;
    private final SchemaResource schema;
    private final HealthResource health;
    private final PlainPage plain;
    private final int bodyBytes;

    /**
     * @param boundHost the name or address that the server listens at
     * @param version of Gatehouse, as {@code /v1/health} tells it
     */
    public HttpApi(
            Store store,
            QueryEngine engine,
            RunningQueries running,
            HttpLimits limits,
            String boundHost,
            String version) {
        requireNonNull(limits, "limits is null");
        this.fence = new Fence(boundHost);
        this.query = new QueryResource(engine, running, limits);
        this.schema = new SchemaResource(engine.catalog());
        this.health = new HealthResource(store, running, version);
        this.plain = new PlainPage(engine, running, limits);
        this.bodyBytes = limits.bodyBytes();
    }

    public void configure(JavalinConfig config) {
        config.http.maxRequestSize = bodyBytes;
        config.http.prefer405over404 = true;
        config.router.javaLangErrorHandler((response, error) -> {
            LOG.error("A request failed", error);
            response.setStatus(Problem.ofDefect().status());
        });
        RoutesConfig routes = config.routes;
        routes.before(new AnswerHeaders());
        routes.before(fence);
        routes.post("/v1/query", query);
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
                ? Problem.ofStatus(413, "The body is larger than %d bytes.".formatted(bodyBytes))
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
