package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.server.query.QueryAllowance;

/**
 * How a server is to be run.
 *
 * @param queries what queries may use
 * @param http what requests may send
 * @param version of Gatehouse, as {@code /v1/health} tells it
 */
public record ServerSettings(ListenAddress address, QueryAllowance queries, HttpLimits http, String version) {
    public ServerSettings {
        requireNonNull(address, "address is null");
        requireNonNull(queries, "queries is null");
        requireNonNull(http, "http is null");
        requireNonNull(version, "version is null");
    }

    public static ServerSettings standard(ListenAddress address, String version) {
        return new ServerSettings(address, QueryAllowance.standard(), HttpLimits.standard(), version);
    }

    public ServerSettings with(HttpLimits limits) {
        return new ServerSettings(address, queries, limits, version);
    }

    public ServerSettings with(QueryAllowance allowance) {
        return new ServerSettings(address, allowance, http, version);
    }
}
