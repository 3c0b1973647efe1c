package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Who may reach a server, and how they show that they may.
 *
 * @param token what every client must know; empty for a server that only its own machine reaches
 * @param tls certificate and key, if it is to be reached by HTTPS
 * @param insecure whether it may be reached from elsewhere without HTTPS
 * @param names further names that clients call it by
 */
public record Exposure(Optional<String> token, Optional<Tls> tls, boolean insecure, List<String> names) {
    public Exposure {
        requireNonNull(token, "token is null");
        requireNonNull(tls, "tls is null");
        names = List.copyOf(names);
    }

    /** Only from this machine, by everyone on it. */
    public static Exposure local() {
        return new Exposure(Optional.empty(), Optional.empty(), false, List.of());
    }

    String scheme() {
        return tls.isPresent() ? "https" : "http";
    }

    /** The token is nobody's business. */
    @Override
    public String toString() {
        return "Exposure[token %s, %s]".formatted(token.isPresent() ? "wanted" : "not wanted", scheme());
    }
}
