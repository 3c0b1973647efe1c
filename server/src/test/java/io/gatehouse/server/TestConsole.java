package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The console in a real browser, served by a real server over a real file. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestConsole {
    private static final String STATUS = "[role=status]";
    private static final String CELLS = "tbody td";

    private TestingServer server;
    private Browser browser;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Browser.assumePresent();
        server = TestingServer.start(folder);
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(server.get("").body().contains("id=\"console\""), "Built without the console (-Dweb.skip=true)");
        }
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void open(@TempDir Path profile) {
        browser = Browser.open(URI.create(server.uri() + "#screen=query"), profile);
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void opensWithTheRunsOfTheFile() {
        browser.awaitText(STATUS, "1 row in");
        assertThat(browser.texts("h1")).containsExactly("Gatehouse");
        assertThat(browser.texts("header p")).containsExactly("seeded.duckdb");
        assertThat(browser.texts(CELLS)).startsWith("1", "first", "seeded");
        browser.awaitText("nav summary", "token_routing");
        assertThat(browser.loaded())
                .isNotEmpty()
                .allMatch(address -> address.startsWith(server.uri().toString()));
        assertThat(browser.severeMessages()).isEmpty();
    }

    @Test
    void runsWhatIsTyped() {
        browser.type("SELECT subject, COUNT(*) AS n FROM questions GROUP BY subject ORDER BY subject");
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(STATUS, "3 rows in");
        assertThat(browser.texts("thead .name")).containsExactly("subject", "n");
        assertThat(browser.texts(CELLS)).containsExactly("arithmetic", "8", "colours", "8", "spelling", "8");
        assertThat(fragment())
                .isEqualTo(
                        "screen=query&q=SELECT subject, COUNT(*) AS n FROM questions GROUP BY subject ORDER BY subject");
        assertThat(browser.severeMessages()).isEmpty();
    }

    @Test
    void drawsTheFirstThousandRowsWithinTheWindow() {
        browser.type("SELECT a.token, b.token AS other FROM tokens a, tokens b");
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(STATUS, "10,000 rows in");
        assertThat(browser.texts(".limit")).containsExactly("Cut at the limit of 10,000 rows");
        assertThat(browser.texts("tbody tr")).hasSize(1000);
        assertThat(browser.texts(".note")).containsExactly("The first 1,000 of 10,000 rows are drawn.");
        assertThat(browser.scrolls()).as("the page scrolls as a whole").isFalse();
    }

    @Test
    void marksAnErrorAtItsPosition() {
        browser.type("SELECT layer FROM experts WHERE layr = 1");
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(".problem", "layr");
        assertThat(browser.texts(".problem")).first().asString().contains("Line 1, column 33", "SQLSTATE 42000");
        assertThat(browser.texts(".cm-lintRange-error")).containsExactly("layr");
        assertThat(browser.texts(".cm-lint-marker-error")).hasSize(1);
        assertThat(browser.severeMessages())
                .as("only the browser's own note of the answer's status")
                .allMatch(message -> message.contains("/v1/query") && message.contains("status of 400"));
        // The mark goes with the text it was about.
        browser.type("SELECT layer FROM experts WHERE layer = 1");
        assertThat(browser.texts(".cm-lintRange-error")).isEmpty();
    }

    @Test
    void answersEveryExample() {
        browser.awaitText(STATUS, "1 row in");
        List<String> titles = browser.texts("nav .title");
        assertThat(titles).hasSizeBetween(5, 9);
        for (String title : titles) {
            browser.click(title);
            browser.awaitText("nav [aria-pressed=true] .title", title);
            browser.awaitText(STATUS, " in ");
            assertThat(browser.texts(CELLS)).as(title).isNotEmpty();
        }
        assertThat(browser.severeMessages()).isEmpty();
    }

    @Test
    void loadsExamplesAndGoesBack() {
        browser.click("Busiest experts of a layer");
        browser.awaitText(STATUS, "10 rows in");
        browser.click("Accuracy by subject");
        browser.awaitText(STATUS, "3 rows in");
        assertThat(browser.texts("nav [aria-pressed=true] .title")).containsExactly("Accuracy by subject");
        browser.back();
        browser.awaitText(".cm-content", "LIMIT 10");
        assertThat(browser.severeMessages()).isEmpty();
    }

    @Test
    void cancelsAtOnceWithEscape() throws Exception {
        browser.type("SELECT SUM(a.token_id * b.token_id * c.token_id * d.token_id * e.token_id * f.token_id)"
                + " FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f");
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(STATUS, "Running");
        browser.press(Keys.ESCAPE);
        browser.awaitText(STATUS, "Cancelled");
        for (int i = 0; i < 100 && !server.get("v1/health").body().contains("\"runningQueries\":0"); i++) {
            Thread.sleep(50);
        }
        assertThat(server.get("v1/health").body()).contains("\"runningQueries\":0");
        assertThat(browser.severeMessages()).isEmpty();
    }

    @Test
    void sharesAQueryByItsAddressWithoutRunningIt(@TempDir Path profile) {
        try (Browser other = Browser.open(URI.create(server.uri() + "#q=SELECT%20999"), profile)) {
            other.awaitText(".cm-content", "SELECT 999");
            assertThat(other.texts("table")).isEmpty();
            other.find(".run").click();
            other.awaitText(STATUS, "1 row in");
            assertThat(other.texts(CELLS)).isEqualTo(List.of("999"));
        }
    }

    private String fragment() {
        return URLDecoder.decode(URI.create(browser.address()).getRawFragment(), StandardCharsets.UTF_8);
    }
}
