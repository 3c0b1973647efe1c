package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.io.InputStream;

/** {@code GET /v1/openapi.json}: the description of the API for programs. */
final class OpenApiDocument implements Handler {
    @Override
    public void handle(Context context) throws IOException {
        try (InputStream document = OpenApiDocument.class.getResourceAsStream("openapi.json")) {
            context.contentType("application/json")
                    .result(requireNonNull(document, "openapi.json is missing").readAllBytes());
        }
    }
}
