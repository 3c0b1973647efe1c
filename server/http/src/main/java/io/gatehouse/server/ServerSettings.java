package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.server.query.QueryQuota;
import io.gatehouse.server.run.RunSources;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The settings of a server.
 *
 * @param access who may reach it, and how they prove it
 * @param queries what queries may use
 * @param http what requests may send
 * @param memory what all of its processes may take together
 * @param sources models and quizzes that clients may start runs with
 * @param log file of the log, a line of JSON per event
 * @param version of Gatehouse, as {@code /v1/health} tells it
 */
public record ServerSettings(
        ListenAddress address,
        AccessSettings access,
        QueryQuota queries,
        HttpLimits http,
        ServerMemory memory,
        RunSources sources,
        Optional<Path> log,
        String version) {
    public ServerSettings {
        requireNonNull(address, "address is null");
        requireNonNull(access, "access is null");
        requireNonNull(queries, "queries is null");
        requireNonNull(http, "http is null");
        requireNonNull(memory, "memory is null");
        requireNonNull(sources, "sources is null");
        requireNonNull(log, "log is null");
        requireNonNull(version, "version is null");
        if (!address.isLoopback()) {
            requireGuarded(address, access);
        }
    }

    /** For this machine only, with the usual limits. */
    public static ServerSettings standard(ListenAddress address, String version) {
        return new ServerSettings(
                address,
                AccessSettings.local(),
                QueryQuota.standard(),
                HttpLimits.standard(),
                ServerMemory.standard(),
                RunSources.none(),
                Optional.empty(),
                version);
    }

    public ServerSettings with(RunSources change) {
        return new ServerSettings(address, access, queries, http, memory, change, log, version);
    }

    private static void requireGuarded(ListenAddress address, AccessSettings access) {
        if (access.token().isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Host %s would open the data to everyone who reaches it: give clients a token with --token-file."
                            .formatted(address.host()));
        }
        if (access.tls().isEmpty() && !access.insecure()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "At host %s token and data would cross the network in the clear: give a certificate with --tls-keystore, or --insecure if something else encrypts."
                            .formatted(address.host()));
        }
    }
}
