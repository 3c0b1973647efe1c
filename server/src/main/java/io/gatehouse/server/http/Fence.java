package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.Handler;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps other web pages out of a server on the same machine. A page of another origin can send requests here although it
 * cannot read the answers, and a name that resolves to 127.0.0.1 makes it read them too; so a request must name this
 * server in Host, and must not come from another origin.
 */
public final class Fence implements Handler {
    private final Set<String> hostNames;

    /** @param boundHost the name or address that the server was told to listen at */
    public Fence(String boundHost) {
        requireNonNull(boundHost, "boundHost is null");
        String bound = boundHost.contains(":") ? "[" + boundHost + "]" : boundHost;
        hostNames = Stream.of("localhost", "127.0.0.1", "[::1]", bound.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void handle(Context context) {
        String host = Optional.ofNullable(context.header("Host")).orElse("").toLowerCase(Locale.ROOT);
        if (!namesThisServer(host, context.req().getLocalPort())) {
            throw new ForbiddenResponse("The Host header \"%s\" does not name this server.".formatted(host));
        }
        Optional<String> origin = Optional.ofNullable(context.header("Origin"));
        if (origin.isPresent() && !origin.get().toLowerCase(Locale.ROOT).equals("http://" + host)) {
            throw new ForbiddenResponse("The origin \"%s\" may not use this server.".formatted(origin.get()));
        }
        String site = Optional.ofNullable(context.header("Sec-Fetch-Site")).orElse("none");
        if (!site.equals("same-origin") && !site.equals("none") && !opensPage(context)) {
            throw new ForbiddenResponse("A %s request may not use this server.".formatted(site));
        }
    }

    private boolean namesThisServer(String host, int port) {
        return hostNames.stream().anyMatch(name -> host.equals(name + ":" + port) || (port == 80 && host.equals(name)));
    }

    /** A link elsewhere may open a page here: pages do nothing by being opened. */
    private static boolean opensPage(Context context) {
        return context.req().getMethod().equals("GET")
                && "navigate".equals(context.header("Sec-Fetch-Mode"))
                && !context.path().startsWith("/v1/");
    }
}
