package io.gatehouse.server.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;

/** The headers of every response. Resources that may be cached replace Cache-Control. */
public final class ResponseHeaders implements Handler {
    /** Everything comes from this server; the editor needs inline styles. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    @Override
    public void handle(Context context) {
        context.header("Cache-Control", "no-store");
        context.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        context.header("Cross-Origin-Opener-Policy", "same-origin");
        context.header("Cross-Origin-Resource-Policy", "same-origin");
        // Not no-referrer: with it browsers send "Origin: null" with the plain page's own form.
        context.header("Referrer-Policy", "same-origin");
        context.header("X-Content-Type-Options", "nosniff");
        context.header("X-Frame-Options", "DENY");
    }
}
