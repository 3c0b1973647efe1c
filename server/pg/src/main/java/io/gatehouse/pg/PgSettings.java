package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.http.HttpLimits;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The settings of the port.
 *
 * @param token secret that clients prove to know; empty if anyone on this machine may ask
 * @param tls certificate and key; with them, clients must speak TLS
 * @param limits size of a message, time for it, and number of connections
 */
public record PgSettings(ListenAddress address, Optional<String> token, Optional<SSLContext> tls, HttpLimits limits) {
    public PgSettings {
        requireNonNull(address, "address is null");
        requireNonNull(token, "token is null");
        requireNonNull(tls, "tls is null");
        requireNonNull(limits, "limits is null");
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "PgSettings[%s, token %s]".formatted(address, token.isPresent() ? "wanted" : "not wanted");
    }
}
