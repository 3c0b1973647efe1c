package io.gatehouse.server.mcp;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Session;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.RequestBody;
import io.gatehouse.server.mcp.McpServer.Reply;
import io.gatehouse.server.query.QueryClient;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.UnsupportedMediaTypeResponse;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code POST /mcp}: one message in, its answer out as one JSON object. The server begins no message of its own, so it has
 * no stream of events and no sessions of the protocol.
 */
public final class McpResource implements Handler {
    private final McpServer server;
    private final Function<QueryClient, Session> sessions;

    /** @param sessions makes the session in which a tool asks */
    public McpResource(McpServer server, Function<QueryClient, Session> sessions) {
        this.server = requireNonNull(server, "server is null");
        this.sessions = requireNonNull(sessions, "sessions is null");
    }

    @Override
    public void handle(Context context) {
        if (!Json.mediaType(context).equals("application/json")) {
            throw new UnsupportedMediaTypeResponse(
                    "A message is sent as application/json, not as \"%s\".".formatted(Json.contentType(context)));
        }
        try (Session session = sessions.apply(QueryClient.of(ClientConnection.of(context)))) {
            Reply reply = server.answer(
                    RequestBody.of(context), Optional.of(name -> Optional.ofNullable(context.header(name))), session);
            context.status(reply.status());
            reply.message()
                    .ifPresent(
                            message -> context.contentType("application/json").result(Json.bytes(message)));
        }
    }
}
