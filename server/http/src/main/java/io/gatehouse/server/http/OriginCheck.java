package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.Handler;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps other web pages out of a server on the same machine. A page of another origin can send requests although it cannot
 * read the responses, and with a name that resolves to 127.0.0.1 it can read them, too. So a request must name this server
 * in Host, and must not come from another origin.
 */
public final class OriginCheck implements Handler {
    private final Set<String> hostNames;
    private final List<PublicOrigin> publicOrigins;
    private final String scheme;

    /**
     * @param names what the server is called, beside the names that every machine has for itself: names and addresses
     *     at the port it listens at, and origins such as {@code https://lab7} where something before it has another port
     *     or scheme
     * @param scheme http or https
     */
    public OriginCheck(Collection<String> names, String scheme) {
        this.scheme = requireNonNull(scheme, "scheme is null");
        publicOrigins = names.stream()
                .filter(PublicOrigin::isOrigin)
                .map(PublicOrigin::of)
                .toList();
        hostNames = Stream.concat(
                        Stream.of("localhost", "127.0.0.1", "::1"),
                        names.stream().filter(name -> !PublicOrigin.isOrigin(name)))
                .map(name -> name.contains(":") ? "[" + name + "]" : name)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void handle(Context context) {
        String host = Optional.ofNullable(context.header("Host")).orElse("").toLowerCase(Locale.ROOT);
        Set<String> origins = origins(host, context.req().getLocalPort());
        if (origins.isEmpty()) {
            throw new ForbiddenResponse("The Host header \"%s\" does not name this server.".formatted(host));
        }
        Optional<String> origin = Optional.ofNullable(context.header("Origin"));
        if (origin.isPresent() && !origins.contains(origin.get().toLowerCase(Locale.ROOT))) {
            throw new ForbiddenResponse("The origin \"%s\" may not use this server.".formatted(origin.get()));
        }
        String site = Optional.ofNullable(context.header("Sec-Fetch-Site")).orElse("none");
        if (!site.equals("same-origin") && !site.equals("none") && !opensPage(context)) {
            throw new ForbiddenResponse("A %s request may not use this server.".formatted(site));
        }
    }

    /** The origins of this server under this host name; empty if the server does not have that name. */
    private Set<String> origins(String host, int port) {
        Stream<String> own = namesThisServer(host, port) ? Stream.of(scheme + "://" + host) : Stream.empty();
        Stream<String> outer =
                publicOrigins.stream().filter(origin -> origin.isCalled(host)).map(PublicOrigin::text);
        return Stream.concat(own, outer).collect(Collectors.toUnmodifiableSet());
    }

    private boolean namesThisServer(String host, int port) {
        return hostNames.stream()
                .anyMatch(name -> host.equals(name + ":" + port) || (port == defaultPort() && host.equals(name)));
    }

    private int defaultPort() {
        return scheme.equals("https") ? 443 : 80;
    }

    /** Links of other sites may open a page here, because opening a page runs nothing. */
    private static boolean opensPage(Context context) {
        return context.req().getMethod().equals("GET")
                && "navigate".equals(context.header("Sec-Fetch-Mode"))
                && !context.path().startsWith("/v1/")
                && !context.path().startsWith("/tokenizer_info");
    }
}
