package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** The table of a result in a real browser: walked, sorted, filtered, summed up and copied. */
final class TestResultTable {
    private static final String STATUS = "[role=status]";
    private static final String CELLS = "regular-table td";
    private static final String SUBJECTS =
            "SELECT subject, COUNT(*) AS n FROM questions GROUP BY subject ORDER BY subject";

    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.atQuery();

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void reachesTheLastRowByKeyboard() {
        browser.run("SELECT a.token_id AS n, b.token FROM tokens a, tokens b ORDER BY 1, 2 LIMIT 10000");
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
        browser.run("SELECT a.token_id AS n FROM tokens a, tokens b, tokens c");
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
        browser.run(SUBJECTS);
        browser.awaitText(CELLS, "arithmetic");
        browser.click("regular-table", "subject");
        browser.click("Sort descending");
        browser.awaitText(".cm-content", "ORDER BY \"subject\" DESC");
        browser.awaitText("[aria-sort=descending]", "subject");
        browser.awaitTexts(CELLS, "spelling", "8", "colours", "8", "arithmetic", "8");
        browser.awaitGone("[aria-label=Result][aria-busy=true]");
        browser.focus("regular-table");
        browser.press(Keys.ARROW_DOWN);
        browser.press(Keys.ENTER);
        browser.click("Exclude spelling");
        browser.awaitText(".cm-content", "WHERE \"subject\" IS DISTINCT FROM 'spelling'");
        browser.awaitText(STATUS, "2 rows in");
        browser.awaitTexts(CELLS, "colours", "8", "arithmetic", "8");
    }

    @Test
    void sumsAColumnUpOnDemand() {
        browser.run("SELECT subject, ordinal FROM questions");
        browser.awaitText(STATUS, "24 rows in");
        browser.click("regular-table", "subject");
        browser.click("Summarise");
        browser.awaitText("[role=dialog] dl", "Distinct");
        assertThat(browser.texts("[role=dialog] dd")).containsExactly("24", "0", "3", "arithmetic", "spelling");
        browser.awaitCount("[role=dialog] li", 3);
        browser.press(Keys.ESCAPE);
        browser.awaitGone("[role=dialog]");
    }

    @Test
    void copiesCellsAndWholeResults() {
        browser.run(SUBJECTS);
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
    void readsByThePage() {
        browser.run("SELECT a.token FROM tokens a, tokens b");
        browser.awaitText(STATUS, "10,000 rows in");
        browser.click("Page view");
        browser.awaitText(".pages", "Rows 1 to 200 of 10,000");
        browser.awaitCount(".data tbody tr", 200);
        browser.click("Next");
        browser.awaitText(".pages", "Rows 201 to 400 of 10,000");
        browser.click("Page view");
        browser.find("regular-table td");
    }
}
