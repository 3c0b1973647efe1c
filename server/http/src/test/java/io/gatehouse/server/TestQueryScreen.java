package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** A query that is typed, run, cancelled and shared in a real browser. */
final class TestQueryScreen {
    private static final String STATUS = "[role=status]";
    private static final String CELLS = "regular-table td";
    private static final String ENDLESS = "SELECT SUM(a.token_id * b.token_id * c.token_id * d.token_id * e.token_id)"
            + " FROM tokens a, tokens b, tokens c, tokens d, tokens e";
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
    void runsWhatIsTyped() {
        browser.run(SUBJECTS);
        browser.awaitText(STATUS, "3 rows in");
        browser.awaitTexts(CELLS, "arithmetic", "8", "colours", "8", "spelling", "8");
        assertThat(headers()).containsExactly("subject", "n");
        assertThat(fragment()).isEqualTo("screen=query&run=1&q=" + SUBJECTS);
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
        browser.run("SELECT a.token, b.token AS other FROM tokens a, tokens b");
        browser.awaitText(STATUS, "10,000 rows in");
        assertThat(browser.texts(".cut")).containsExactly("Limited to 10,000 rows");
        assertThat(CONSOLE.server().get("v1/queries").body())
                .as("asked for what is shown, and no more")
                .contains("\"rows\":10000,\"limit\":10000,\"truncated\":true");
        assertThat(browser.scrolls()).as("the page scrolls as a whole").isFalse();
        browser.pick(".limit select", "100,000");
        browser.click("Run Ctrl Enter");
        browser.awaitText(STATUS, "14,400 rows in");
        browser.awaitGone(".cut");
    }

    @Test
    void completesAndChecksWhileOneTypes() {
        browser.type("SELECT mean_mass FROM gate_entropy WHERE uniform_t");
        browser.awaitText(".cm-tooltip-autocomplete li", "uniform_top_k_entropy");
        browser.press(Keys.ESCAPE);
        browser.type("SELECT * FROM answers JOIN que");
        browser.awaitText(".cm-tooltip-autocomplete li", "question_attributes");
        assertThat(browser.texts(".cm-tooltip-autocomplete li"))
                .as("the order of the server")
                .first()
                .asString()
                .startsWith("questions");
        browser.press(Keys.ESCAPE);
        browser.type("SELECT layr FROM experts");
        browser.awaitText(".cm-lintRange-error", "layr");
    }

    @Test
    void marksAnErrorAtItsPosition() {
        browser.type("SELECT 1;\nSELECT layer FROM experts WHERE layr = 1");
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(".problem", "layr");
        assertThat(browser.texts(".problem")).first().asString().contains("SQLSTATE 42000");
        browser.awaitTexts(".cm-lintRange-error", "layr");
        browser.awaitCount(".cm-lint-marker-error", 1);
        assertThat(browser.severeMessages())
                .as("only the browser's own note of the answer's status")
                .allMatch(message -> message.contains("/v1/query") && message.contains("status of 400"));
        // The mark goes with the text it was about.
        browser.type("SELECT layer FROM experts WHERE layer = 1");
        browser.awaitGone(".cm-lintRange-error");
    }

    @Test
    void cancelsAtOnceWithEscape() throws Exception {
        browser.run(ENDLESS);
        browser.awaitText(STATUS, "Running");
        browser.press(Keys.ESCAPE);
        browser.awaitText(STATUS, "Cancelled");
        for (int i = 0; i < 100 && !CONSOLE.server().get("v1/health").body().contains("\"runningQueries\":0"); i++) {
            Thread.sleep(50);
        }
        assertThat(CONSOLE.server().get("v1/health").body()).contains("\"runningQueries\":0");
    }

    @Test
    void sharesAQueryByItsAddressWithoutRunningIt() throws Exception {
        try (Browser other = CONSOLE.another("#q=SELECT%20999")) {
            other.awaitText(".cm-content", "SELECT 999");
            assertThat(other.texts("table")).isEmpty();
            other.clickOn(".run");
            other.awaitText(STATUS, "1 row in");
            other.awaitTexts(CELLS, "999");
        }
    }

    @Test
    void asksForTheValuesOfParameters() throws Exception {
        String sql = "SELECT subject, :label AS label FROM questions WHERE subject = :subject AND question_id < :n"
                + " AND (:quiz IS NULL OR quiz = :quiz) ORDER BY question_id";
        browser.run(sql);
        browser.awaitText(".parameters [role=alert]", "Give a value for :label, :subject, :n and :quiz.");
        browser.awaitTexts(".parameters .name", ":label", ":subject", ":n", ":quiz");
        browser.awaitFocus(".parameters [name=label]");
        browser.awaitCount(".parameters datalist option[value=colours]", 1);
        browser.press("same");
        browser.clickOn(".parameters [name=subject]");
        browser.press("colours");
        browser.clickOn(".parameters [name=n]");
        browser.press("1000");
        browser.awaitText(".parameters [role=alert]", "Give a value for :quiz.");
        browser.clickOn(".parameters [aria-label='NULL for quiz']");
        browser.clickOn(".parameters [name=n]");
        browser.press(Keys.ENTER);
        browser.awaitText(STATUS, "8 rows in");
        browser.awaitText(CELLS, "same");
        assertThat(fragment())
                .isEqualTo("screen=query&run=1&q=" + sql + "&p.label=same&p.subject=colours&p.n=1000&p.quiz");
        String address = browser.address();
        try (Browser other = CONSOLE.another(address.substring(address.indexOf('#')))) {
            other.awaitTexts(".parameters .name", ":label", ":subject", ":n", ":quiz");
            other.clickOn(".run");
            other.awaitText(STATUS, "8 rows in");
        }
    }

    @Test
    void keepsTheValuesOfParametersWithASavedQuery() {
        browser.type("SELECT CAST(:saved_number AS INTEGER) + 1 AS n");
        browser.awaitTexts(".parameters .name", ":saved_number");
        browser.typeInto(".parameters [name=saved_number]", "41");
        browser.clickOn(".cm-content");
        browser.press(Keys.CONTROL, "s");
        browser.typeInto("dialog input", "with a value");
        browser.press(Keys.ENTER);
        browser.awaitText(".note", "Saved as with a value");
        browser.awaitGone("dialog");
        browser.run("SELECT 1 AS other");
        browser.awaitGone(".parameters");
        browser.clickOn("#tab-Saved");
        browser.click("with a value");
        browser.awaitTexts(CELLS, "42");
        assertThat(browser.texts(".cm-line")).containsExactly("SELECT CAST(:saved_number AS INTEGER) + 1 AS n");
    }

    /** A glance at a picture must not lose what was typed, found or still runs. */
    @Test
    void keepsWhatWasDoneWhileOneLooksElsewhere() {
        browser.run(SUBJECTS);
        browser.awaitText(CELLS, "spelling");
        browser.type("SELECT 5 AS typed_and_not_run");
        browser.press(Keys.ALT, "1");
        browser.find(".tokens .token");
        browser.press(Keys.ALT, "4");
        browser.awaitFocus(".cm-content");
        assertThat(browser.texts(".cm-line")).containsExactly("SELECT 5 AS typed_and_not_run");
        browser.awaitText(CELLS, "spelling");
        browser.run(ENDLESS);
        browser.awaitText(STATUS, "Running");
        browser.press(Keys.ALT, "1");
        browser.find(".tokens .token");
        browser.press(Keys.ESCAPE);
        browser.press(Keys.ALT, "4");
        browser.awaitFocus(".cm-content");
        browser.awaitText(STATUS, "Running");
        browser.press(Keys.ESCAPE);
        browser.awaitText(STATUS, "Cancelled");
    }

    private List<String> headers() {
        return browser.texts("regular-table thead th[data-type]:not([data-type='']) span:first-child");
    }

    private String fragment() {
        return URLDecoder.decode(URI.create(browser.address()).getRawFragment(), StandardCharsets.UTF_8);
    }
}
