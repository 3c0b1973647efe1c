package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.UnauthorizedResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;

/**
 * Checks the token of a request. A client that has read the file beside the database is its owner on this machine, and may
 * name any of the machine's paths.
 */
public final class TokenCheck implements Handler {
    private static final String OWNER = "gatehouse.owner";
    private static final String SCHEME = "Bearer ";

    private final Optional<String> token;
    private final String ownerKey;
    private final Set<String> alwaysSent;

    /**
     * Checks against one token.
     *
     * @param token secret of all clients; empty if anyone on this machine may ask
     * @param alwaysSent paths whose clients send a token in any case, which means nothing where there is none
     */
    public TokenCheck(Optional<String> token, String ownerKey, Set<String> alwaysSent) {
        this.token = requireNonNull(token, "token is null");
        this.ownerKey = requireNonNull(ownerKey, "ownerKey is null");
        this.alwaysSent = Set.copyOf(alwaysSent);
    }

    /** Whether the client has read the file beside the database. */
    public static boolean isOwner(Context context) {
        return Boolean.TRUE.equals(context.attribute(OWNER));
    }

    @Override
    public void handle(Context context) {
        // A client that has no token may name the scheme all the same.
        String header = Optional.ofNullable(context.header("Authorization"))
                .filter(sent -> !sent.strip().equalsIgnoreCase(SCHEME.strip()))
                .orElse("");
        String shown = header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? header.substring(SCHEME.length()).strip()
                : "";
        boolean owner = same(shown, ownerKey);
        if (owner) {
            context.attribute(OWNER, true);
        }
        boolean known = owner
                || token.map(expected -> same(shown, expected))
                        .orElseGet(() -> header.isEmpty() || alwaysSent.contains(context.path()));
        if (!known) {
            context.header("WWW-Authenticate", "Bearer realm=\"gatehouse\"");
            throw new UnauthorizedResponse(
                    header.isEmpty()
                            ? "This server wants a token: send it as \"Authorization: Bearer TOKEN\"."
                            : "The token is not the one of this server.");
        }
    }

    /** Compares in constant time. */
    private static boolean same(String shown, String expected) {
        return MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }
}
