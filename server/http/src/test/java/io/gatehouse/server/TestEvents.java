package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.testing.RecordCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The one stream of events. */
@Timeout(60)
final class TestEvents {
    @Test
    void goesOnWhereAClientLeftOff(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            String seen;
            try (EventClient first = EventClient.connect(server, "", "")) {
                server.query("SELECT 1");
                seen = first.next().id();
            }
            server.query("SELECT 2");
            try (EventClient second = EventClient.connect(server, "", seen)) {
                assertThat(second.next().data().at("/sql").textValue()).isEqualTo("SELECT 1");
                String sql = "";
                while (!sql.equals("SELECT 2")) {
                    sql = second.next().data().at("/sql").textValue();
                }
            }
        }
    }

    @Test
    void tellsAClientThatItHasMissedSomething(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            for (String unknown : new String[] {"otherlife-3", "nonsense", "-1"}) {
                try (EventClient client = EventClient.connect(server, "", unknown)) {
                    assertThat(client.next().topic()).as(unknown).isEqualTo("reset");
                }
            }
        }
    }

    @Test
    void refusesTopicsThatThereAreNot(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            assertThat(server.get("v1/events?topics=query,weather").body()).contains("no topic \\\"weather\\\"");
        }
    }

    @Test
    void limitsListeners(@TempDir Path folder) throws Exception {
        HttpLimits limits = new HttpLimits(1000, Duration.ofSeconds(30), 8192, HttpLimits.HEAD_TIME, 16, 1);
        try (TestingServer server =
                TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("http", limits)))) {
            try (EventClient only = EventClient.connect(server, "", "")) {
                assertThatThrownBy(() -> EventClient.connect(server, "", ""))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("429");
                server.query("SELECT 1");
                only.next();
            }
            // Whoever has left makes room.
            while (true) {
                try (EventClient next = EventClient.connect(server, "", "")) {
                    server.query("SELECT 1");
                    next.next();
                    return;
                } catch (IOException stillCounted) {
                    Thread.sleep(50);
                }
            }
        }
    }

    @Test
    void endsItsStreamsWhenTheServerStops(@TempDir Path folder) throws Exception {
        EventClient client;
        try (TestingServer server = TestingServer.start(folder)) {
            client = EventClient.connect(server, "", "");
        }
        assertThatThrownBy(client::next).hasMessage("The stream has ended");
    }
}
