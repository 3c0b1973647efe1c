package io.gatehouse.sql.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the driver does with a server that has types which the driver does not know. */
final class TestNewerServer {
    private static final Map<String, String> ANSWERS = Map.of(
            "/v1/health",
            "{\"version\":\"9.0\"}",
            "/v1/queries",
            "{\"queries\":[]}",
            "/v1/describe",
            "{\"columns\":[{\"name\":\"a\",\"type\":\"GEOMETRY\"},{\"name\":\"b\",\"type\":\"GEOMETRY[]\"},"
                    + "{\"name\":\"c\",\"type\":\"BIGINT[]\"}],\"parameters\":[\"GEOMETRY\"]}",
            "/v1/schema",
            "{\"tables\":[{\"name\":\"places\",\"kind\":\"table\",\"comment\":\"\",\"columns\":["
                    + "{\"name\":\"a\",\"type\":\"GEOMETRY\",\"nullable\":true,\"comment\":\"\"}]}]}");

    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ANSWERS.forEach((path, answer) -> server.createContext(path, exchange -> {
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(bytes);
            }
        }));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void typesThatItDoesNotKnowKeepTheirNames() throws Exception {
        String url = "jdbc:gatehouse://127.0.0.1:" + server.getAddress().getPort();
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement statement = connection.prepareStatement("SELECT a, b, c FROM places WHERE a = ?")) {
            ResultSetMetaData columns = statement.getMetaData();
            List<String> names = new ArrayList<>();
            List<Integer> types = new ArrayList<>();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                names.add(columns.getColumnTypeName(i));
                types.add(columns.getColumnType(i));
            }
            assertThat(names).containsExactly("GEOMETRY", "GEOMETRY[]", "BIGINT[]");
            assertThat(types).containsExactly(Types.OTHER, Types.ARRAY, Types.ARRAY);
            assertThat(columns.getColumnClassName(1)).isEqualTo("java.lang.Object");
            ParameterMetaData parameters = statement.getParameterMetaData();
            assertThat(parameters.getParameterTypeName(1)).isEqualTo("GEOMETRY");
            assertThat(parameters.getParameterType(1)).isEqualTo(Types.OTHER);
            try (ResultSet described = connection.getMetaData().getColumns(null, null, "places", null)) {
                assertThat(described.next()).isTrue();
                assertThat(described.getInt("DATA_TYPE")).isEqualTo(Types.OTHER);
                assertThat(described.getString("TYPE_NAME")).isEqualTo("GEOMETRY");
            }
        }
    }
}
