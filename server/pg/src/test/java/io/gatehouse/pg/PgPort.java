package io.gatehouse.pg;

import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.TestingServer;
import io.gatehouse.server.http.HttpLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A real server over a seeded file with a port for PostgreSQL's clients. */
final class PgPort implements AutoCloseable {
    private final TestingServer http;
    private final PgServer pg;

    private PgPort(TestingServer http, PgSettings settings) {
        this.http = http;
        this.pg = PgServer.start(http.server(), settings);
    }

    static PgPort start(Path folder) {
        return start(TestingServer.start(folder), UnaryOperator.identity());
    }

    static PgPort start(TestingServer http, UnaryOperator<PgSettings> change) {
        return new PgPort(http, change.apply(usual()));
    }

    private static PgSettings usual() {
        HttpLimits limits = new HttpLimits(1_000_000, Duration.ofSeconds(1), 8192, HttpLimits.HEAD_TIME, 16, 8);
        return new PgSettings(new ListenAddress("127.0.0.1", 0), Optional.empty(), Optional.empty(), limits);
    }

    TestingServer http() {
        return http;
    }

    PgServer pg() {
        return pg;
    }

    int port() {
        return pg.port();
    }

    @Override
    public void close() {
        pg.close();
        http.close();
    }
}
