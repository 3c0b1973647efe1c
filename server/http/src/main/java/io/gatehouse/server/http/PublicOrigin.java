package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * The address by which clients reach a server behind a proxy, a tunnel or a container.
 *
 * @param authority host and port as browsers write them, without the default port of the scheme
 */
record PublicOrigin(String scheme, String authority, int port) {
    PublicOrigin {
        requireNonNull(scheme, "scheme is null");
        requireNonNull(authority, "authority is null");
    }

    /** Whether a name is meant as an origin. */
    static boolean isOrigin(String name) {
        return name.contains("://");
    }

    /** @throws io.gatehouse.error.GatehouseException INVALID_ARGUMENT if the text is not an origin, or more than one */
    static PublicOrigin of(String text) {
        try {
            URI uri = URI.create(text);
            String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
            String host = Optional.ofNullable(uri.getHost()).orElse("").toLowerCase(Locale.ROOT);
            boolean more = uri.getUserInfo() != null
                    || uri.getQuery() != null
                    || uri.getFragment() != null
                    || !Optional.ofNullable(uri.getPath()).orElse("").matches("/?");
            if (more || host.isEmpty() || (!scheme.equals("http") && !scheme.equals("https"))) {
                throw Json.invalid("\"%s\" is not an origin such as https://lab7 or http://lab7:9000.".formatted(text));
            }
            int usual = scheme.equals("https") ? 443 : 80;
            int port = uri.getPort() < 0 ? usual : uri.getPort();
            return new PublicOrigin(scheme, port == usual ? host : host + ":" + port, port);
        } catch (IllegalArgumentException e) {
            throw Json.invalid("\"%s\" is not an origin such as https://lab7 or http://lab7:9000.".formatted(text));
        }
    }

    /** Whether the Host header of a request names it. */
    boolean isCalled(String host) {
        return host.equals(authority) || host.equals(authority + ":" + port);
    }

    String text() {
        return scheme + "://" + authority;
    }
}
