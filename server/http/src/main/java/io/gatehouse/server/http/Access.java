package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.UnauthorizedResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Who may come in. A server that is reached from elsewhere asks for a token. Whoever has read the notice beside the
 * database file is its owner on this machine, and may name any of the machine's paths.
 */
public final class Access implements Handler {
    private static final String OWNER = "gatehouse.owner";
    private static final String SCHEME = "Bearer ";

    private final Optional<String> token;
    private final String ownerKey;

    /** @param token what clients must know; empty if anyone on this machine may ask */
    public Access(Optional<String> token, String ownerKey) {
        this.token = requireNonNull(token, "token is null");
        this.ownerKey = requireNonNull(ownerKey, "ownerKey is null");
    }

    /** Whether the request comes from somebody who may read the notice. */
    public static boolean isOwner(Context context) {
        return Boolean.TRUE.equals(context.attribute(OWNER));
    }

    @Override
    public void handle(Context context) {
        String header = Optional.ofNullable(context.header("Authorization")).orElse("");
        String shown = header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? header.substring(SCHEME.length()).strip()
                : "";
        boolean owner = same(shown, ownerKey);
        if (owner) {
            context.attribute(OWNER, true);
        }
        boolean known = owner || token.map(expected -> same(shown, expected)).orElse(header.isEmpty());
        if (!known) {
            context.header("WWW-Authenticate", "Bearer realm=\"gatehouse\"");
            throw new UnauthorizedResponse(
                    header.isEmpty()
                            ? "This server wants a token: send it as \"Authorization: Bearer TOKEN\"."
                            : "The token is not the one of this server.");
        }
    }

    /** In the same time whatever the first difference is. */
    private static boolean same(String shown, String expected) {
        return MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }
}
