package io.gatehouse.server;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.testing.RecordCopy;
import io.gatehouse.testing.SelfSigned;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that is reached by HTTPS, and those who trust its certificate or do not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
final class TestTls {
    private static final String TOKEN = "correct-horse-battery-staple";

    private SelfSigned certificate;

    @BeforeAll
    void make(@TempDir Path keys) throws Exception {
        certificate = SelfSigned.in(keys);
    }

    private TestingServer secured(Path folder) throws Exception {
        AccessSettings secured = new AccessSettings(
                Optional.of(TOKEN),
                Optional.of(new Tls(certificate.keystore(), SelfSigned.PASSWORD)),
                false,
                List.of());
        return TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("access", secured)));
    }

    @Test
    void speaksTls(@TempDir Path folder) throws Exception {
        try (TestingServer server = secured(folder)) {
            assertThat(server.uri().getScheme()).isEqualTo("https");
            SSLContext trust = certificate.trust();
            HttpClient client = HttpClient.newBuilder().sslContext(trust).build();
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(server.uri().resolve("v1/query"))
                            .header("Authorization", "Bearer " + TOKEN)
                            .header("Content-Type", "application/sql")
                            .POST(BodyPublishers.ofString("SELECT count(*) FROM experts"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(plain(server)).doesNotContain("200");
            leaveInTheMiddle(server, trust);
            awaitNoQueries(server, client);
        }
    }

    /** A handshake has no more time than the head of a request. */
    @Test
    void aHandshakeThatDripsIsGivenUp(@TempDir Path folder) throws Exception {
        AccessSettings secured = new AccessSettings(
                Optional.of(TOKEN),
                Optional.of(new Tls(certificate.keystore(), SelfSigned.PASSWORD)),
                false,
                List.of());
        HttpLimits limits = RecordCopy.of(HttpLimits.standard(), Map.of("headTime", Duration.ofSeconds(1)));
        // The head of a record of 500 bytes, which never comes to its end.
        byte[] begun = {22, 3, 1, 1, (byte) 0xf4, 1, 0, 1, (byte) 0xf0};
        try (TestingServer server = TestingServer.start(
                        folder, settings -> RecordCopy.of(settings, Map.of("access", secured, "http", limits)));
                Socket silent = server.connect();
                Socket slow = server.connect()) {
            slow.getOutputStream().write(begun);
            slow.setSoTimeout(100);
            boolean open = true;
            for (int i = 0; i < 100 && open; i++) {
                open = drips(slow);
            }
            assertThat(open).as("a handshake of 10 s").isFalse();
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
    }

    private static boolean drips(Socket client) {
        try {
            client.getOutputStream().write(3);
            return client.getInputStream().read() >= 0;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A client that goes is noticed also where its farewell is encrypted. */
    private static void leaveInTheMiddle(TestingServer server, SSLContext trust) throws Exception {
        String endless = "SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id + e.token_id + f.token_id) "
                + "FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f";
        try (Socket socket = trust.getSocketFactory()
                .createSocket(server.uri().getHost(), server.uri().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "POST /v1/query HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/sql\r\nContent-Length: %d\r\n\r\n%s"
                            .formatted(server.uri().getAuthority(), TOKEN, endless.length(), endless)
                            .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            Thread.sleep(500);
        }
    }

    private static void awaitNoQueries(TestingServer server, HttpClient client) throws Exception {
        while (true) {
            HttpResponse<String> health = client.send(
                    HttpRequest.newBuilder(server.uri().resolve("v1/health"))
                            .header("Authorization", "Bearer " + TOKEN)
                            .build(),
                    BodyHandlers.ofString());
            if (health.body().contains("\"runningQueries\":0")) {
                return;
            }
            Thread.sleep(20);
        }
    }

    private static String plain(TestingServer server) throws IOException {
        try {
            return server.exchange("GET /v1/health HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                    .formatted(server.uri().getAuthority()));
        } catch (IOException closed) {
            return "closed";
        }
    }

    @Test
    void jdbcReadsOverTls(@TempDir Path folder) throws Exception {
        SSLContext usual = SSLContext.getDefault();
        try (TestingServer server = secured(folder)) {
            SQLException refused = catchThrowableOfType(SQLException.class, () -> count(server));
            assertThat(refused.getSQLState()).isEqualTo("08001");
            assertThat(refused.getMessage())
                    .startsWith("The certificate of the server at %s is not trusted here: give Java a trust store"
                            .formatted(server.uri()));
            SSLContext.setDefault(certificate.trust());
            assertThat(count(server)).isEqualTo(128);
        } finally {
            SSLContext.setDefault(usual);
        }
    }

    private static long count(TestingServer server) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("token", TOKEN);
        String url =
                "jdbc:gatehouse://127.0.0.1:%d?tls=true".formatted(server.uri().getPort());
        try (Connection connection = DriverManager.getConnection(url, properties);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM experts")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** Else a run would only be told that the file is in use. */
    @Test
    void whoFindsTheServerByItsFileIsToldOfTheCertificate(@TempDir Path folder) throws Exception {
        try (TestingServer server = secured(folder)) {
            assertRefused(
                    () -> ServerFile.find(server.store().file()),
                    ErrorCode.INVALID_ARGUMENT,
                    "served at %s, whose certificate is not trusted here".formatted(server.uri()));
        }
    }

    @Test
    void saysWhatIsWrongWithTheKeys(@TempDir Path folder) throws Exception {
        Path keystore = certificate.keystore();
        assertRefused(
                () -> new Tls(keystore, "another password").keys(),
                ErrorCode.INVALID_ARGUMENT,
                "The password is not that of %s.".formatted(keystore));
        Path missing = folder.resolve("missing.p12");
        assertRefused(
                () -> new Tls(missing, SelfSigned.PASSWORD).keys(),
                ErrorCode.FILE_NOT_FOUND,
                "There is no key store %s.".formatted(missing));
        Path text = Files.writeString(folder.resolve("cert.pem"), "-----BEGIN CERTIFICATE-----");
        assertRefused(
                () -> new Tls(text, SelfSigned.PASSWORD).keys(),
                ErrorCode.INVALID_ARGUMENT,
                "%s is no PKCS #12 file that can be read".formatted(text));
        KeyStore keyless = certificate.withoutKey();
        Path file = folder.resolve("keyless.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            keyless.store(out, SelfSigned.PASSWORD.toCharArray());
        }
        assertRefused(
                () -> new Tls(file, SelfSigned.PASSWORD).keys(),
                ErrorCode.INVALID_ARGUMENT,
                "%s has a certificate but no key.".formatted(file));
    }
}
