package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.server.http.Json;
import io.javalin.http.Context;
import io.javalin.http.Handler;

/**
 * {@code GET /instance}: which life of a server this is, and nothing else. It wants no token, so that who has read the
 * notice beside a file can see whether it is still true before a secret is sent to whoever listens there.
 */
final class InstanceResource implements Handler {
    private final String instance;

    InstanceResource(String instance) {
        this.instance = requireNonNull(instance, "instance is null");
    }

    @Override
    public void handle(Context context) {
        Json.send(context, 200, Json.object().put("instance", instance));
    }
}
