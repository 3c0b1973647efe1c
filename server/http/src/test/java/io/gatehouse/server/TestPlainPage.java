package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The page that works without JavaScript, as a browser's form uses it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestPlainPage {
    private TestingServer server;

    @BeforeAll
    void start(@TempDir Path folder) {
        server = TestingServer.start(folder);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void opensWithAFormAndRunsNothing() throws Exception {
        HttpResponse<String> page = server.get("plain?sql=SELECT+1");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("<form method=\"post\"")
                .doesNotContain("<table>")
                .doesNotContain("<script");
    }

    @Test
    void showsRows() throws Exception {
        HttpResponse<String> page =
                submit("SELECT subject, count(*) AS n, NULL AS nothing FROM questions GROUP BY subject");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
        assertThat(page.body())
                .contains("<th scope=\"col\">subject</th>")
                .contains("<td class=\"number\">8</td><td class=\"null\">NULL</td>")
                .contains("3 rows.");
    }

    @Test
    void keepsTheTextAndShowsWhereTheErrorIs() throws Exception {
        HttpResponse<String> page = submit("SELECT layr\nFROM experts");
        assertThat(page.statusCode()).isEqualTo(400);
        assertThat(page.body()).contains("SELECT layr\nFROM experts</textarea>").contains("Line 1, column 8: ");
    }

    @Test
    void letsNoMarkupThrough() throws Exception {
        String page = submit("SELECT '<script>alert(1)</script>{{outcome}}' AS \"<b>\"")
                .body();
        assertThat(page)
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;{{outcome}}</td>")
                .contains("<th scope=\"col\">&lt;b&gt;</th>")
                .doesNotContain("<script")
                .doesNotContain("<b>");
    }

    @Test
    void saysThatTheLimitCutTheRows() throws Exception {
        assertThat(submit("SELECT a.token FROM tokens a, tokens b").body()).contains("1000 rows, cut at the limit.");
    }

    private HttpResponse<String> submit(String sql) throws Exception {
        String form = "sql=" + URLEncoder.encode(sql, StandardCharsets.UTF_8);
        return server.send(
                "plain",
                request -> request.header("Content-Type", "application/x-www-form-urlencoded")
                        .header("Sec-Fetch-Site", "same-origin")
                        .POST(BodyPublishers.ofString(form)));
    }
}
