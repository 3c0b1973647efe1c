package io.gatehouse.pg;

import static io.gatehouse.pg.PgClient.body;
import static io.gatehouse.pg.PgClient.types;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.pg.PgClient.Answer;
import io.gatehouse.testing.RecordCopy;
import io.gatehouse.testing.sql.Script;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are slow, silent, malformed or greedy. After each of them the server serves others, and nothing is left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TestHostileClients {
    private static final String ENDLESS =
            "SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id + e.token_id + f.token_id) "
                    + "FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f";

    private PgPort server;

    @BeforeAll
    void start(@TempDir Path folder) {
        server = PgPort.start(folder);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private void assertServes() throws Exception {
        try (PgClient client = PgClient.ready(server.port())) {
            assertThat(types(client.query("SELECT 1"))).isEqualTo("TDCZ");
        }
        for (int i = 0; i < 100 && queries() > 0; i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(queries()).as("queries that are left").isZero();
        assertNoConnections();
    }

    private void assertNoConnections() throws Exception {
        for (int i = 0; i < 100 && server.pg().connections() > 0; i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(server.pg().connections()).as("connections that are left").isZero();
    }

    private int queries() throws Exception {
        String list = server.get("v1/queries");
        return list.split("\"state\":\"(running|planning|queued)\"", -1).length - 1;
    }

    @Test
    void whatIsNotTheProtocolEndsWithoutAWord() throws Exception {
        List<byte[]> beginnings = List.of(
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8),
                new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0},
                new byte[] {0, 0, 0, 0, 0, 0, 0, 0},
                new byte[] {-1, -1, -1, -1, 0, 3, 0, 0},
                body('\0', 2 << 16, "user", "x", ""),
                body('\0', 80_877_102, 1, 2));
        for (byte[] beginning : beginnings) {
            try (PgClient client = new PgClient(server.port())) {
                client.send(beginning);
                assertThat(client.rest()).isEmpty();
            }
        }
        assertServes();
    }

    @Test
    void silentAndSlowClientsAreDropped() throws Exception {
        try (PgClient silent = new PgClient(server.port());
                PgClient slow = new PgClient(server.port());
                PgClient half = PgClient.ready(server.port())) {
            slow.send(new byte[] {0, 0});
            half.send(new byte[] {'Q', 0, 0, 0, 100, 'S'});
            long start = System.nanoTime();
            silent.rest();
            slow.rest();
            half.rest();
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
        }
        assertServes();
    }

    /** Between two messages a client may be silent for as long as it likes. */
    @Test
    void idleClientsStay() throws Exception {
        try (PgClient idle = PgClient.ready(server.port())) {
            TimeUnit.MILLISECONDS.sleep(2500);
            assertThat(types(idle.query("SELECT 1"))).isEqualTo("TDCZ");
        }
        assertServes();
    }

    @Test
    void malformedMessagesEndTheConnectionWithOneError() throws Exception {
        Map<String, byte[]> messages = new LinkedHashMap<>();
        messages.put("unknown type", body('y', "x"));
        messages.put("type zero", new byte[] {0, 0, 0, 0, 4});
        messages.put("length of three", new byte[] {'Q', 0, 0, 0, 3});
        messages.put("negative length", new byte[] {'Q', -1, 0, 0, 0});
        messages.put("two gigabytes", new byte[] {'Q', 0x7f, -1, -1, -1});
        messages.put("text without end", new byte[] {'Q', 0, 0, 0, 5, 'x'});
        messages.put("text behind the text", body('Q', "SELECT 1", "more"));
        messages.put("not UTF-8", body('Q', new byte[] {'S', (byte) 0xff, 0}));
        messages.put("empty parse", body('P'));
        messages.put("more types than bytes", body('P', "", "SELECT 1", (short) -1));
        messages.put("bind without values", body('B', "", "", (short) 1));
        messages.put("a format of seven", bind((short) 1, (short) 7, (short) 0, (short) 0));
        messages.put("a value of two gigabytes", bind((short) 0, (short) 1, Integer.MAX_VALUE));
        messages.put("a value of less than nothing", bind((short) 0, (short) 1, -7));
        messages.put("execute without a number", body('E', ""));
        messages.put("password out of turn", body('p', "secret"));
        for (Map.Entry<String, byte[]> message : messages.entrySet()) {
            try (PgClient client = PgClient.ready(server.port())) {
                client.send(body('P', "", "SELECT 1", (short) 0));
                client.send(message.getValue());
                List<Answer> answers = new ArrayList<>(client.until('E'));
                Answer error = answers.get(answers.size() - 1);
                assertThat(error.field('C')).as(message.getKey()).contains("08P01");
                assertThat(error.field('S')).as(message.getKey()).contains("FATAL");
                assertThat(client.rest()).as(message.getKey()).isEmpty();
            }
        }
        assertServes();
    }

    private static byte[] bind(Object... rest) {
        Object[] parts = new Object[rest.length + 2];
        parts[0] = "";
        parts[1] = "";
        System.arraycopy(rest, 0, parts, 2, rest.length);
        return body('B', parts);
    }

    @Test
    void randomMessagesDoNoHarm() throws Exception {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            try (PgClient client = PgClient.ready(server.port())) {
                byte[] bytes = new byte[random.nextInt(60)];
                random.nextBytes(bytes);
                char type = "QPBDECHSFdcfp".charAt(random.nextInt(13));
                client.send(body(type, bytes), body('X'));
                assertThat(new String(client.rest(), StandardCharsets.UTF_8))
                        .as("seed %d", seed)
                        .doesNotContain("XX000");
            } catch (SocketException e) {
                // The server closed the connection before it had read the farewell.
                assertThat(e).as("seed %d", seed).hasMessageFindingMatch("reset|Broken pipe|closed");
            }
        }
        assertServes();
    }

    @Test
    void errorsSayWhatIsWrongAndSkipToSync() throws Exception {
        try (PgClient client = PgClient.ready(server.port())) {
            client.send(
                    body('P', "a", "SELECT nothing FROM runs", (short) 0),
                    body('D', 'S', "a"),
                    body('E', "none", 0),
                    body('S'));
            List<Answer> answers = client.until('Z');
            assertThat(types(answers)).isEqualTo("1EZ");
            assertThat(answers.get(1).field('P')).contains("8");
            client.send(body('E', "none", 0), body('S'));
            assertThat(client.until('Z').get(0).field('C')).contains("34000");
            client.send(body('D', 'S', "none"), body('S'));
            assertThat(client.until('Z').get(0).field('C')).contains("26000");
            client.send(body('P', "a", "SELECT 1", (short) 0), body('S'));
            assertThat(client.until('Z').get(0).field('C')).contains("42P05");
            client.send(body('P', "", "SELECT 1; SELECT 2", (short) 0), body('S'));
            assertThat(client.until('Z').get(0).field('C')).contains("42601");
            client.send(
                    body('P', "b", "SELECT $1 + 1", (short) 0),
                    body('B', "", "b", (short) 0, (short) 0, (short) 0),
                    body('S'));
            assertThat(types(client.until('Z'))).isEqualTo("1EZ");
        }
        assertServes();
    }

    @Test
    void aFailedTransactionWaitsForItsEnd() throws Exception {
        try (PgClient client = PgClient.ready(server.port())) {
            assertThat(client.query("BEGIN").get(1).text()).isEqualTo("T");
            assertThat(client.query("SELECT nothing").get(1).text()).isEqualTo("E");
            assertThat(client.query("SELECT 1").get(0).field('C')).contains("25P02");
            assertThat(client.query("COMMIT").get(0).text()).startsWith("ROLLBACK");
            assertThat(types(client.query("SELECT 1"))).isEqualTo("TDCZ");
        }
    }

    @Test
    void whoeverLeavesTakesTheQueryAlong() throws Exception {
        try (PgClient client = PgClient.ready(server.port())) {
            client.send(body('Q', ENDLESS));
            awaitQuery();
        }
        assertServes();
    }

    /** A portal that was begun and is not read any more ends with its time limit, and the session goes on. */
    @Test
    void suspendedPortalsEndWithTheirTime() throws Exception {
        try (PgClient client = PgClient.ready(server.port())) {
            client.query("BEGIN");
            client.query("SET statement_timeout = 500");
            client.send(
                    body('P', "", "SELECT token_id FROM tokens", (short) 0),
                    body('B', "p", "", (short) 0, (short) 0, (short) 0),
                    body('E', "p", 3),
                    body('S'));
            assertThat(types(client.until('Z'))).isEqualTo("12DDDsZ");
            for (int i = 0; i < 100 && queries() > 0; i++) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertThat(queries()).isZero();
            client.send(body('E', "p", 3), body('S'));
            assertThat(client.until('Z').get(0).field('C')).contains("57014");
            assertThat(client.query("ROLLBACK").get(0).text()).startsWith("ROLLBACK");
            assertThat(types(client.query("SELECT 1"))).isEqualTo("TDCZ");
        }
        assertServes();
    }

    @Test
    void cancelNeedsTheSecret() throws Exception {
        try (PgClient client = new PgClient(server.port())) {
            client.start();
            byte[] key = client.until('Z').stream()
                    .filter(answer -> answer.type() == 'K')
                    .findFirst()
                    .orElseThrow()
                    .body();
            client.send(body('Q', ENDLESS));
            awaitQuery();
            byte[] wrong = key.clone();
            wrong[7] ^= 1;
            cancel(wrong);
            TimeUnit.MILLISECONDS.sleep(300);
            assertThat(queries()).isEqualTo(1);
            long start = System.nanoTime();
            cancel(key);
            assertThat(client.until('Z').get(0).field('C')).contains("57014");
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(2));
        }
        assertServes();
    }

    private void cancel(byte[] key) throws Exception {
        try (PgClient other = new PgClient(server.port())) {
            other.send(body('\0', 80_877_102, key));
            other.rest();
        }
    }

    private void awaitQuery() throws Exception {
        for (int i = 0; i < 100 && queries() == 0; i++) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(queries()).isEqualTo(1);
    }

    @Test
    void connectionsAreCounted() throws Exception {
        List<PgClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                clients.add(PgClient.ready(server.port()));
            }
            try (PgClient more = new PgClient(server.port())) {
                more.start();
                assertThat(more.read().field('C')).contains("53300");
            }
        } finally {
            for (PgClient client : clients) {
                client.close();
            }
        }
        assertServes();
    }

    @Test
    void connectionsThatSayNothingAreBounded() throws Exception {
        List<PgClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                clients.add(new PgClient(server.port()));
            }
            assertThat(clients.get(99).rest()).as("closed at once").isEmpty();
            assertThat(server.pg().connections()).isEqualTo(32);
        } finally {
            for (PgClient client : clients) {
                client.close();
            }
        }
        assertNoConnections();
        assertServes();
    }

    @Test
    void plainPasswordsAndWrongOnesAreRefused(@TempDir Path folder) throws Exception {
        try (PgPort guarded =
                PgPort.start(folder, settings -> RecordCopy.of(settings, Map.of("token", Optional.of("right"))))) {
            List<byte[]> passwords = List.of(
                    body('p', "right"),
                    body('p', "SCRAM-SHA-256-PLUS", 3, "n,,".getBytes(StandardCharsets.UTF_8)),
                    body('p', "SCRAM-SHA-256", -1),
                    body('p', "SCRAM-SHA-256", 5, "p=x,,".getBytes(StandardCharsets.UTF_8)),
                    body('p', "SCRAM-SHA-256", 9, "n,,n=x,r=".getBytes(StandardCharsets.UTF_8)),
                    body('Q', "SELECT 1"));
            for (byte[] password : passwords) {
                try (PgClient client = new PgClient(guarded.port())) {
                    client.start();
                    assertThat(client.read().type()).isEqualTo('R');
                    client.send(password);
                    assertThat(client.read().field('C')).contains("08P01");
                    assertThat(client.rest()).isEmpty();
                }
            }
            try (PgClient client = new PgClient(guarded.port())) {
                client.start();
                client.read();
                client.send(body('p', "SCRAM-SHA-256", 12, "n,,n=x,r=abc".getBytes(StandardCharsets.UTF_8)));
                String nonce =
                        client.read().text().substring(4).split(",", 2)[0].substring(2);
                String last = "c=biws,r=" + nonce + ",p=" + "A".repeat(43) + "=";
                client.send(body('p', last.getBytes(StandardCharsets.UTF_8)));
                assertThat(client.read().field('C')).contains("28P01");
            }
        }
    }

    @Test
    void statementsAreRefusedAsOverHttp() throws Exception {
        String script = Files.readString(Script.source("hostile.iq"));
        int compared = 0;
        try (PgClient client = PgClient.ready(server.port())) {
            for (String block : script.split("\n\n", -1)) {
                String[] lines =
                        block.lines().filter(line -> !line.startsWith("#")).toArray(String[]::new);
                String sql = String.join("\n", lines).split(";\n", 2)[0];
                // Statements about the session are the port's own, and not refused.
                boolean local = sql.isBlank()
                        || sql.matches("(?is)(set|reset|show|begin|close|load|prepare|execute)\\b.*")
                        || sql.contains(";");
                if (block.endsWith("!refused") && !local) {
                    String expected = block.split(";\n", 2)[1].substring(0, 5);
                    List<Answer> answers = client.query(sql);
                    assertThat(answers.get(0).field('C')).as(sql).contains(expected);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(40);
        assertServes();
    }
}
