package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Who may reach a server, and how they prove it.
 *
 * @param token secret of all clients; empty for a server that only its own machine reaches
 * @param tls certificate and key for HTTPS
 * @param insecure whether other machines may use it without HTTPS
 * @param names further host names and origins of the server
 */
public record AccessSettings(Optional<String> token, Optional<Tls> tls, boolean insecure, List<String> names) {
    public AccessSettings {
        requireNonNull(token, "token is null");
        requireNonNull(tls, "tls is null");
        names = List.copyOf(names);
    }

    /** Only from this machine, by everyone on it. */
    public static AccessSettings local() {
        return new AccessSettings(Optional.empty(), Optional.empty(), false, List.of());
    }

    String scheme() {
        return tls.isPresent() ? "https" : "http";
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "AccessSettings[token %s, %s]".formatted(token.isPresent() ? "wanted" : "not wanted", scheme());
    }
}
