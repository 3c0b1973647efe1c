package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The query screen in a real browser, served by a real server over a real file. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestQueryScreen {
    private static final String STATUS = "[role=status]";
    private static final String CELLS = "regular-table td";
    private static final String SUBJECTS =
            "SELECT subject, COUNT(*) AS n FROM questions GROUP BY subject ORDER BY subject";

    private TestingServer server;
    private Browser browser;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Browser.assumePresent();
        server = TestingServer.start(folder);
        server.assumeConsole();
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
        browser.awaitText(STATUS, "1 row in");
    }

    @AfterEach
    void close() {
        if (browser != null) {
            assertThat(browser.severeMessages()).isEmpty();
            browser.close();
        }
    }

    @Test
    void runsWhatIsTyped() {
        run(SUBJECTS);
        browser.awaitText(STATUS, "3 rows in");
        assertThat(headers()).containsExactly("subject", "n");
        assertThat(browser.texts(CELLS)).containsExactly("arithmetic", "8", "colours", "8", "spelling", "8");
        assertThat(fragment()).isEqualTo("screen=query&q=" + SUBJECTS);
    }

    @Test
    void runsTheStatementUnderTheCursorTheSelectionOrAll() {
        browser.type("SELECT 11 AS a; SELECT 22 AS b; SELECT 33 AS c");
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(CELLS, "33");
        browser.press(Keys.CONTROL, Keys.HOME);
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(CELLS, "11");
        browser.press(Keys.CONTROL, "a");
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(CELLS, "11");
        browser.click("Run all");
        browser.awaitText(CELLS, "33");
        assertThat(browser.texts(".results button")).containsExactly("1", "2", "3");
        browser.clickOn(".results button:nth-child(2)");
        browser.awaitText(CELLS, "22");
    }

    @Test
    void showsTheLimitThatCutAResult() throws Exception {
        run("SELECT a.token, b.token AS other FROM tokens a, tokens b");
        browser.awaitText(STATUS, "10,000 rows in");
        assertThat(browser.texts(".cut")).containsExactly("Cut at 10,000 rows");
        assertThat(server.get("v1/queries").body())
                .as("asked for what is shown, and no more")
                .contains("\"rows\":10000,\"limit\":10000,\"truncated\":true");
        assertThat(browser.scrolls()).as("the page scrolls as a whole").isFalse();
        browser.pick(".limit select", "100,000");
        browser.click("Run Ctrl Enter");
        browser.awaitText(STATUS, "14,400 rows in");
        browser.awaitGone(".cut");
    }

    @Test
    void reachesTheLastRowByKeyboard() {
        run("SELECT a.token_id AS n, b.token FROM tokens a, tokens b ORDER BY 1, 2 LIMIT 10000");
        browser.awaitText(STATUS, "10,000 rows in");
        browser.focus("regular-table");
        browser.press(Keys.CONTROL, Keys.END);
        browser.awaitText("regular-table tbody th", "10,000");
        browser.awaitText(STATUS, "Row 10,000, token:");
        browser.awaitInside("td.cursor", "regular-table");
        assertThat(browser.texts("regular-table tbody tr")).hasSizeLessThan(100);
        browser.press(Keys.CONTROL, Keys.HOME);
        browser.awaitText(STATUS, "Row 1, n: 0");
    }

    /** So many rows are higher than what a browser scrolls. */
    @Test
    void walksAMillionRowsByKeyboard() {
        browser.pick(".limit select", "1,000,000");
        run("SELECT a.token_id AS n FROM tokens a, tokens b, tokens c");
        browser.awaitText(STATUS, "1,000,000 rows in");
        browser.focus("regular-table");
        browser.press(Keys.CONTROL, Keys.END);
        browser.awaitText(STATUS, "Row 1,000,000, n:");
        browser.awaitInside("td.cursor", "regular-table");
        browser.press(Keys.PAGE_UP);
        browser.awaitInside("td.cursor", "regular-table");
        browser.press(Keys.CONTROL, Keys.HOME);
        for (int page = 0; page < 3; page++) {
            browser.press(Keys.PAGE_DOWN);
            browser.awaitInside("td.cursor", "regular-table");
        }
        browser.press(Keys.ARROW_UP);
        browser.awaitInside("td.cursor", "regular-table");
    }

    @Test
    void writesSortingAndFilteringAsSql() {
        run(SUBJECTS);
        browser.awaitText(CELLS, "arithmetic");
        browser.click("regular-table", "subject");
        browser.click("Sort descending");
        browser.awaitText(".cm-content", "ORDER BY \"subject\" DESC");
        browser.awaitText("[aria-sort=descending]", "subject");
        assertThat(browser.texts(CELLS)).startsWith("spelling");
        browser.focus("regular-table");
        browser.press(Keys.ARROW_DOWN);
        browser.press(Keys.ENTER);
        browser.click("Leave out spelling");
        browser.awaitText(".cm-content", "WHERE \"subject\" <> 'spelling'");
        browser.awaitText(STATUS, "2 rows in");
        assertThat(browser.texts(CELLS)).containsExactly("colours", "8", "arithmetic", "8");
    }

    @Test
    void sumsAColumnUpOnDemand() {
        run("SELECT subject, ordinal FROM questions");
        browser.awaitText(STATUS, "24 rows in");
        browser.click("regular-table", "subject");
        browser.click("Summarise");
        browser.awaitText("[role=dialog] dl", "Distinct");
        assertThat(browser.texts("[role=dialog] dd")).containsExactly("24", "0", "3", "arithmetic", "spelling");
        assertThat(browser.texts("[role=dialog] li")).hasSize(3);
        browser.press(Keys.ESCAPE);
        browser.awaitGone("[role=dialog]");
    }

    @Test
    void copiesCellsAndWholeResults() {
        run(SUBJECTS);
        browser.awaitText(CELLS, "arithmetic");
        browser.focus("regular-table");
        browser.press(Keys.ARROW_DOWN);
        browser.press(Keys.SHIFT, Keys.ARROW_RIGHT);
        browser.press(Keys.SHIFT, Keys.ARROW_DOWN);
        browser.press(Keys.CONTROL, "c");
        browser.awaitText(STATUS, "Copied 4 cells");
        assertThat(browser.pasted()).isEqualTo("arithmetic\t8\ncolours\t8");
        browser.clickOn("[aria-label='Copy the result']");
        browser.click("As Markdown");
        browser.awaitText(".note", "Copied 3 rows");
        assertThat(browser.pasted()).startsWith("| subject | n |\n| --- | ---: |\n| arithmetic | 8 |");
    }

    @Test
    void drawsAChartOfItsOwnChoice() {
        browser.click("Accuracy by subject");
        browser.awaitText(STATUS, "3 rows in");
        browser.clickOn(".kinds button:nth-child(2)");
        browser.awaitText("svg", "arithmetic");
        assertThat(browser.texts("svg .interval")).hasSize(3);
        browser.pick("[aria-label=Chart] select", "Bars");
        browser.pick("[aria-label=Chart] label:nth-of-type(2) select", "subject");
        browser.awaitText(".label", "spelling");
        assertThat(browser.texts("svg .bar")).hasSize(3);
    }

    @Test
    void explainsWithTheRollupAndTheStatementOfDuckDb() {
        run("SELECT layer, COUNT(*) AS n FROM activations WHERE run_id = 1 GROUP BY layer");
        browser.awaitText(STATUS, "4 rows in");
        browser.clickOn(".kinds button:nth-child(3)");
        browser.awaitText(".rollup", "Answered from the rollup layer_usage.");
        assertThat(browser.texts(".plan .name")).containsExactly("Aggregate", "Project", "Filter", "TableScan");
        browser.awaitText(".plan pre", "FROM \"layer_usage\"");
        // EXPLAIN in front of it asks for the same.
        run("EXPLAIN SELECT layer, COUNT(*) AS n FROM activations WHERE run_id = 1 GROUP BY layer");
        browser.awaitText(STATUS, "3 rows in");
        browser.awaitText(".rollup", "Answered from the rollup layer_usage.");
        browser.click("Run and measure");
        browser.awaitText(".plan pre", "Total Time");
    }

    @Test
    void marksAnErrorAtItsPosition() {
        browser.type("SELECT 1;\nSELECT layer FROM experts WHERE layr = 1");
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(".problem", "layr");
        assertThat(browser.texts(".problem")).first().asString().contains("SQLSTATE 42000");
        assertThat(browser.texts(".cm-lintRange-error")).containsExactly("layr");
        assertThat(browser.texts(".cm-lint-marker-error")).hasSize(1);
        assertThat(browser.severeMessages())
                .as("only the browser's own note of the answer's status")
                .allMatch(message -> message.contains("/v1/query") && message.contains("status of 400"));
        // The mark goes with the text it was about.
        browser.type("SELECT layer FROM experts WHERE layer = 1");
        browser.awaitGone(".cm-lintRange-error");
    }

    @Test
    void answersEveryExample() {
        List<String> titles = browser.texts("nav .title");
        assertThat(titles).hasSizeGreaterThan(8);
        for (String title : titles) {
            browser.click(title);
            browser.awaitText(STATUS, " in ");
            browser.awaitGone("[aria-label=Result][aria-busy=true]");
            assertThat(browser.texts(".problem")).as(title).isEmpty();
        }
        browser.back();
        browser.awaitText(".cm-content", "FROM run_difference");
    }

    @Test
    void searchesTablesAndShowsSamples() {
        browser.clickOn("#tab-Tables");
        browser.awaitText("nav summary", "token_routing");
        browser.typeInto("nav input", "wilson");
        browser.awaitText("nav .column", "wilson_low");
        assertThat(browser.texts("nav summary")).contains("expert_accuracy").doesNotContain("tokens");
        browser.click("Sample rows");
        browser.awaitText(".cm-content", "FROM expert_accuracy");
        browser.awaitText(STATUS, "20 rows in");
    }

    @Test
    void remembersWhatRanOnTheServer() {
        run("SELECT 4711 AS remembered");
        browser.awaitText(CELLS, "4711");
        browser.clickOn("#tab-History");
        browser.awaitText("nav .sql", "SELECT 4711 AS remembered");
        assertThat(browser.texts("nav .about")).first().asString().matches("\\d\\d:\\d\\d, 1 row, .* m?s");
        assertThat(browser.texts("nav .sql")).noneMatch(sql -> sql.contains("MIN(question_id) AS first_question"));
    }

    @Test
    void findsAQueryOfAnotherTimeAndPutsItIntoTheEditor() throws Exception {
        server.query("SELECT 815 AS asked_by_another");
        server.query("SELECT 815 AS asked_wrongly FROM nowhere");
        browser.clickOn("#tab-History");
        browser.typeInto("nav input", "815 finished");
        browser.awaitText("nav .sql", "asked_by_another");
        assertThat(browser.texts("nav .sql")).hasSize(1);
        browser.typeInto("nav input", "815 failed");
        browser.awaitText("nav .failed", "failed");
        assertThat(browser.attribute("nav .entry", "title")).startsWith("SQL_VALIDATION: ");
        browser.clickOn("nav .entry");
        browser.awaitText(".cm-content", "SELECT 815 AS asked_wrongly FROM nowhere");
        browser.awaitFocus(".cm-content");
        assertThat(browser.texts(".problem")).as("it is not run").isEmpty();
        browser.typeInto("nav input", "nothing like this");
        browser.awaitText("nav .note", "No past query has");
    }

    @Test
    void savesAQueryUnderAName() {
        browser.type("SELECT 12 AS kept");
        browser.press(Keys.CONTROL, "s");
        browser.typeInto("dialog input", "a dozen");
        browser.press(Keys.ENTER);
        browser.awaitText(".note", "Saved as a dozen");
        browser.press(Keys.CONTROL, "s");
        browser.typeInto("dialog input", "half a dozen / 6");
        browser.press(Keys.ENTER);
        browser.awaitText("dialog .problem", "A name has no /");
        browser.press(Keys.ESCAPE);
        browser.awaitGone("dialog");
        browser.type("SELECT 13 AS other");
        browser.clickOn("#tab-Saved");
        browser.click("a dozen");
        browser.awaitText(CELLS, "12");
        browser.clickOn("[aria-label='Delete the saved query a dozen']");
        browser.awaitText("nav .note", "Nothing saved yet.");
    }

    @Test
    void completesAndChecksWhileOneTypes() {
        browser.type("SELECT mean_mass FROM gate_entropy WHERE uniform_t");
        browser.awaitText(".cm-tooltip-autocomplete li", "uniform_top_k_entropy");
        browser.press(Keys.ESCAPE);
        browser.type("SELECT layr FROM experts");
        browser.awaitText(".cm-lintRange-error", "layr");
    }

    @Test
    void exportsTheWholeResultByALink() throws Exception {
        run("SELECT a.token_id FROM tokens a, tokens b");
        browser.awaitText(STATUS, "10,000 rows in");
        browser.clickOn("[aria-label='Export all rows']");
        String address = browser.attribute("[role=menuitem][download='result.csv']", "href");
        assertThat(server.get(address).body().lines()).hasSize(14_401);
    }

    @Test
    void cancelsAtOnceWithEscape() throws Exception {
        run("SELECT SUM(a.token_id * b.token_id * c.token_id * d.token_id * e.token_id * f.token_id)"
                + " FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f");
        browser.awaitText(STATUS, "Running");
        browser.press(Keys.ESCAPE);
        browser.awaitText(STATUS, "Cancelled");
        for (int i = 0; i < 100 && !server.get("v1/health").body().contains("\"runningQueries\":0"); i++) {
            Thread.sleep(50);
        }
        assertThat(server.get("v1/health").body()).contains("\"runningQueries\":0");
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

    private void run(String sql) {
        browser.type(sql);
        browser.press(Keys.CONTROL, Keys.ENTER);
    }

    private List<String> headers() {
        return browser.texts("regular-table thead th[data-type]:not([data-type='']) span:first-child");
    }

    private String fragment() {
        return URLDecoder.decode(URI.create(browser.address()).getRawFragment(), StandardCharsets.UTF_8);
    }
}
