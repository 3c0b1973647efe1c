package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.javalin.Javalin;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.junit.jupiter.api.Test;

final class TestServerStop {
    /** As a statement does in a function of DuckDB's that looks at no interrupt. */
    @Test
    void aRequestThatNeverEndsIsGivenUp() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        Javalin web = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.jetty.modifyServer(server -> {
                server.insertHandler(new GracefulHandler());
                server.setStopTimeout(200);
            });
            config.routes.get("/", context -> {
                begun.countDown();
                boolean ended = false;
                while (!ended) {
                    try {
                        ended = released.await(1, TimeUnit.MINUTES);
                    } catch (InterruptedException e) {
                        // Nothing ends it.
                    }
                }
            });
        });
        web.start("127.0.0.1", 0);
        try {
            var unused = HttpClient.newHttpClient()
                    .sendAsync(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + web.port() + "/"))
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            assertThatCode(() -> GatehouseServer.stop(web)).doesNotThrowAnyException();
        } finally {
            released.countDown();
        }
    }
}
