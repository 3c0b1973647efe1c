package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.server.http.Json;
import io.gatehouse.testing.store.SeededFile;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/**
 * Which run the console shows, over a file with two complete runs, a changed one between, a cancelled one, a shorter
 * one, and one that was cancelled after one question.
 */
final class TestRunsOfAddresses {
    private static final String NOTICE = ".notice";

    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.over(
            folder -> {
                TestingServer server = TestingServer.start(folder);
                SeededFile.addChangedRun(server.store(), "changed", 8, "mask 2:12,3:1; top-k 4");
                SeededFile.addRun(server.store(), "third", 9);
                SeededFile.addCancelledRun(server.store(), "stopped", 10, 8);
                SeededFile.addWritingRun(server.store(), "trial", 11);
                SeededFile.addCancelledRun(server.store(), "just begun", 12, 1);
                return server;
            },
            "",
            page -> page.find(".tokens .token"));

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void opensTheLatestOfTheLargestRunsAndNamesItInTheAddress() {
        browser.awaitAddress("run=3");
        assertThat(browser.attribute(".pickers option:checked", "value")).isEqualTo("3");
        assertThat(browser.texts(NOTICE)).isEmpty();
        browser.press(Keys.ALT, "2");
        browser.awaitAddress("screen=explore", "run=3");
        browser.enter("#screen=overview&run=2");
        browser.awaitText(".facts .note", "2 experts masked");
        browser.enter("#screen=overview");
        browser.awaitAddress("screen=overview&run=2");
    }

    @Test
    void saysHowMuchOfARunThereIs() {
        browser.enter("#screen=overview&run=4");
        browser.awaitText(NOTICE, "Run 4 (stopped) was cancelled: 8 of 24 questions are answered, of 3 subjects.");
        browser.awaitText(".pickers option:checked", "8 of 24 questions");
        browser.click("Open run 3 (complete)");
        browser.awaitAddress("run=3");
        browser.awaitGone(NOTICE);
    }

    /** Only the subjects that have answers are offered, and one of anything is in the singular. */
    @Test
    void countsWhatOneQuestionCovers() throws Exception {
        browser.enter("#screen=overview&run=6");
        browser.awaitText(NOTICE, "1 of 24 questions are answered, of 1 subject.");
        browser.awaitTexts(".pickers label:last-of-type option", "All 1 subject", "arithmetic");
        browser.awaitText(".facts .note", "over 1 token, last prompt token");
        String use = "[aria-label='Expert utilisation']";
        browser.awaitText(use + " .about", "Last prompt token: n = 1 token of 1 question.");
        browser.awaitAddress("expert=");
        int fired = Json.tree(
                        CONSOLE.server()
                                .query("SELECT min(expert) FROM experts WHERE run_id = 6 AND scope = 'last_prompt'"
                                        + " AND layer = 0 AND activations = 1")
                                .body()
                                .getBytes(StandardCharsets.UTF_8),
                        "The answer")
                .at("/rows/0/0")
                .intValue();
        browser.focus(use + " .keys");
        browser.press(Keys.HOME);
        browser.press(Keys.PAGE_UP);
        for (int expert = 0; expert < fired; expert++) {
            browser.press(Keys.ARROW_RIGHT);
        }
        browser.awaitText(use + " [role=status]", "Layer 0, expert %d, 100.0%% of tokens".formatted(fired));
        browser.awaitTexts(
                use + " .tip div", "Layer 0, expert " + fired, "100.0% of tokens, 4.00 \u00d7 uniform", "1 activation");
    }

    @Test
    void saysThatARunIsMissing() {
        browser.enter("#screen=overview&run=77");
        browser.awaitText("h2", "There is no run 77 in this file");
        browser.awaitAddress("run=77");
        browser.awaitGone(".pickers");
        browser.reload();
        browser.awaitText("h2", "There is no run 77 in this file");
        browser.click("Open run 3");
        browser.awaitText("h2", "Expert utilisation");
        browser.awaitAddress("run=3");
        browser.enter("#screen=explore&run=78");
        browser.awaitText("h2", "There is no run 78 in this file");
    }

    @Test
    void saysThatASubjectIsMissing() {
        browser.enter("#screen=overview&run=1&subject=astrology");
        browser.awaitText(NOTICE, "Run 1 has no subject “astrology”; all its subjects are shown.");
        browser.enter("#screen=overview&run=1");
        browser.awaitText("h2", "Expert utilisation");
        browser.awaitGone(NOTICE);
    }

    @Test
    void saysWhatWasDoneToARun() {
        browser.enter("#screen=overview&run=2");
        browser.awaitText(NOTICE, "The model was changed in this run: 2 experts masked (2:12, 3:1), top-k 4.");
        browser.awaitText(".pickers option:checked", "2 experts masked (2:12, 3:1), top-k 4");
    }

    @Test
    void filtersTheListOfRuns() {
        browser.enter("#screen=runs");
        browser.typeInto("[aria-label='Filter runs']", "masked top-k");
        browser.awaitTexts("tbody .name a", "changed");
        browser.typeInto("[aria-label='Filter runs']", "no such run");
        browser.awaitText("tbody", "No run matches the filter.");
    }

    @Test
    void hasAPageForEachRun() {
        browser.enter("#screen=runs");
        browser.awaitText("tbody .treatment", "2 experts masked (2:12, 3:1), top-k 4");
        browser.awaitText("tbody .below", "8 of 24");
        browser.clickOn("tbody .name a[href*='run=2']");
        browser.awaitText("h2", "Run 2: changed");
        assertThat(browser.texts("header nav [aria-current]")).containsExactly("Runs");
        browser.awaitText("dd", "2 experts masked (2:12, 3:1), top-k 4");
        browser.awaitText("dd", "all prompt tokens");
        browser.awaitText("dd", "0-shot quiz");
        browser.awaitText("dt", "Computing");
        browser.awaitText("pre", "--mask 2:12,3:1");
        browser.awaitText("[aria-label='Effect of the interventions'] tbody td:nth-child(2)", "2");
        browser.awaitText("[aria-label='Accuracy by subject'] tbody td", "colours");
        browser.awaitText("[aria-label=Layers] tbody td", "16");
        browser.click("Compare");
        browser.awaitText(".outcome td", "2 experts masked (2:12, 3:1), top-k 4");
        browser.enter("#screen=run&run=99");
        browser.awaitText("h2", "There is no run 99 in this file");
    }

    @Test
    void keepsSqlOutOfTheAddressOfOtherScreens() {
        browser.press(Keys.ALT, "4");
        browser.run("SELECT 5 AS five");
        browser.awaitText("[role=status]", "1 row in");
        browser.awaitAddress("q=SELECT");
        browser.press(Keys.ALT, "1");
        browser.awaitText("h2", "Expert utilisation");
        assertThat(browser.address()).doesNotContain("SELECT");
        browser.press(Keys.ALT, "4");
        browser.awaitFocus(".cm-content");
        browser.awaitText(".cm-line", "SELECT 5 AS five");
    }
}
