package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gatehouse.client.Query;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.client.http.ServerSession;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every error that a server can tell is that error here, whatever its SQLSTATE and status are. */
final class TestServerErrors {
    private HttpServer server;
    private volatile int status = 200;
    private volatile String answer = "";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/health", exchange -> send(exchange, 200, "{\"version\":\"1.0\"}"));
        server.createContext("/v1/queries", exchange -> send(exchange, 200, "{\"queries\":[]}"));
        server.createContext("/v1/query", exchange -> send(exchange, status, answer));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(bytes);
        }
    }

    private URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Test
    void everyCodeEndsTheCommandAsItsCategorySays() {
        for (ErrorCode code : ErrorCode.values()) {
            status = code.httpStatus();
            answer = "{\"code\":\"%s\",\"sqlState\":\"%s\",\"detail\":\"So it is.\"}".formatted(code, code.sqlState());
            assertThat(CommandOutcome.of("sql", "--url", uri().toString(), "-c", "SELECT 1"))
                    .as(code.name())
                    .isEqualTo(new CommandOutcome(code.category().exitCode(), "", "error: So it is.\n"));
            assertThat(failure().code()).isEqualTo(code);
        }
    }

    @Test
    void anErrorOfHttpIsReadFromItsStatus() {
        assertThat(code(401, "{\"detail\":\"A token is needed.\"}")).isEqualTo(ErrorCode.UNAUTHORIZED);
        assertThat(code(413, "{}")).isEqualTo(ErrorCode.SQL_TOO_LARGE);
        assertThat(code(429, "{}")).isEqualTo(ErrorCode.QUERY_BUSY);
        assertThat(code(404, "{}")).isEqualTo(ErrorCode.SERVER_REFUSED);
        assertThat(code(400, "{\"code\":\"OF_A_LATER_VERSION\"}")).isEqualTo(ErrorCode.SERVER_REFUSED);
        assertThat(code(502, "<html>")).isEqualTo(ErrorCode.SERVER_NOT_FOUND);
    }

    @Test
    void aPlaceThatIsNoneDoesNoHarm() {
        status = 400;
        answer =
                "{\"code\":\"SQL_SYNTAX\",\"detail\":\"No.\",\"position\":{\"line\":-3,\"column\":\"x\",\"endLine\":0}}";
        assertThat(failure().position()).hasValue(new TextRange(1, 1, 1, 1));
    }

    private ErrorCode code(int answered, String body) {
        status = answered;
        answer = body;
        return failure().code();
    }

    private GatehouseException failure() {
        try (Session session = ServerSession.connect(uri(), Optional.empty());
                Rows rows = session.query(new Query("SELECT 1", 0))) {
            return catchThrowableOfType(GatehouseException.class, rows::start);
        }
    }
}
