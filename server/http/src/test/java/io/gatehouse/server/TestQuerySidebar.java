package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** What is beside a query in a real browser: examples, tables, history and saved queries. */
final class TestQuerySidebar {
    private static final String STATUS = "[role=status]";
    private static final String CELLS = "regular-table td";

    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.atQuery();

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    /** Every third of them, and the one before the last, to which it goes back. TestExamples has the rows of all. */
    @Test
    void answersExamples() {
        browser.awaitText("nav .title", "Nearest questions");
        List<String> titles = browser.texts("nav .title");
        assertThat(titles).hasSizeGreaterThan(8);
        int last = titles.size() - 1;
        List<String> asked = IntStream.rangeClosed(0, last)
                .filter(i -> (last - i) % 3 == 0 || i == last - 1)
                .mapToObj(titles::get)
                .toList();
        for (String title : asked) {
            browser.click(title);
            browser.awaitFocus(".cm-content");
            browser.awaitGone("[aria-label=Result][aria-busy=true]");
            assertThat(browser.texts(".problem")).as(title).isEmpty();
            browser.awaitText(STATUS, " in ");
            assertChartIsDrawn(title);
        }
        browser.back();
        browser.awaitText(".cm-content", "FROM utilisation_difference_of_questions");
    }

    /** The chart that the statement names, where it names one. */
    private void assertChartIsDrawn(String title) {
        if (browser.texts(".cm-content").stream().noneMatch(text -> text.contains("-- Picture:"))
                || browser.texts(CELLS).isEmpty()) {
            return;
        }
        browser.clickOn(".kinds button:nth-child(2)");
        browser.awaitText("[aria-label=Chart]", "Kind");
        assertThat(browser.texts(".combined")).as(title).noneMatch(text -> text.contains("is left out"));
        browser.clickOn(".kinds button:nth-child(1)");
    }

    @Test
    void searchesExamples() {
        browser.awaitText("nav .title", "Nearest questions");
        browser.typeInto("nav input", "expert_cache lru");
        browser.awaitText("nav .title", "Expert cache");
        assertThat(browser.texts("nav .title")).doesNotContain("Nearest questions");
        browser.typeInto("nav input", "nothing like this");
        browser.awaitText("nav .note", "No example contains “nothing like this”.");
    }

    @Test
    void searchesTablesAndShowsSamples() {
        browser.clickOn("#tab-Tables");
        browser.awaitText("nav summary", "token_routing");
        assertThat(browser.texts("nav h2")).startsWith("Tables", "The paper").contains("Load", "Criteria");
        assertThat(browser.texts("nav .meaning"))
                .as("seen without pointing at a name")
                .anyMatch(text -> text.startsWith("One row per run"));
        browser.typeInto("nav input", "wilson");
        browser.awaitText("nav .column", "wilson_low");
        assertThat(browser.texts("nav summary")).contains("expert_accuracy").doesNotContain("tokens");
        browser.click("Sample rows");
        browser.awaitText(".cm-content", "FROM expert_accuracy");
        browser.awaitText(STATUS, "20 rows in");
    }

    @Test
    void remembersWhatRanOnTheServer() {
        browser.run("SELECT 4711 AS remembered");
        browser.awaitText(CELLS, "4711");
        browser.clickOn("#tab-History");
        browser.awaitText("nav .sql", "SELECT 4711 AS remembered");
        assertThat(browser.texts("nav .about")).first().asString().matches("\\d\\d:\\d\\d, 1 row, .* m?s");
        assertThat(browser.texts("nav .sql")).noneMatch(sql -> sql.contains("experts > 0"));
    }

    @Test
    void findsAQueryOfAnotherTimeAndPutsItIntoTheEditor() throws Exception {
        CONSOLE.server().query("SELECT 815 AS asked_by_another");
        CONSOLE.server().query("SELECT 815 AS asked_wrongly FROM nowhere");
        browser.clickOn("#tab-History");
        browser.typeInto("nav input", "815 finished");
        browser.awaitTexts("nav .sql", "SELECT 815 AS asked_by_another");
        browser.typeInto("nav input", "815 failed");
        browser.awaitText("nav .failed", "failed");
        assertThat(browser.attribute("nav .entry", "title")).startsWith("SQL_VALIDATION: ");
        browser.clickOn("nav .entry");
        browser.awaitText(".cm-content", "SELECT 815 AS asked_wrongly FROM nowhere");
        browser.awaitFocus(".cm-content");
        assertThat(browser.texts(".problem")).as("it is not run").isEmpty();
        browser.typeInto("nav input", "nothing like this");
        browser.awaitText("nav .note", "No past query contains");
    }

    @Test
    void savesAQueryUnderAName() {
        browser.type("SELECT 12 AS kept");
        browser.press(Keys.CONTROL, "s");
        browser.typeInto("dialog input", "a dozen");
        browser.press(Keys.ENTER);
        browser.awaitText(".note", "Saved as a dozen");
        browser.awaitGone("dialog");
        browser.awaitFocus(".cm-content");
        browser.press(Keys.CONTROL, "s");
        browser.typeInto("dialog input", "half a dozen / 6");
        browser.press(Keys.ENTER);
        browser.awaitText("dialog .problem", "A name must not contain /");
        browser.press(Keys.ESCAPE);
        browser.awaitGone("dialog");
        browser.type("SELECT 13 AS other");
        browser.clickOn("#tab-Saved");
        browser.click("a dozen");
        browser.awaitText(CELLS, "12");
        browser.clickOn("[aria-label='Delete the saved query a dozen']");
        browser.awaitText("nav .note", "No saved queries yet.");
    }

    /** A column may have the name of a keyword. */
    @Test
    void insertsNamesThatCanBeRead() {
        browser.clickOn("#tab-Tables");
        browser.typeInto("nav input", "position of the token");
        browser.awaitText("nav .column", "position");
        browser.type("SELECT MAX(");
        browser.click("position");
        browser.awaitFocus(".cm-content");
        browser.press(Keys.DELETE);
        browser.press(") AS furthest FROM tokens");
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText("regular-table td", "4");
    }
}
