package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/**
 * Which run the console shows, over a file with two complete runs, a changed one between, a cancelled one, and a shorter
 * one at the end.
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
    void saysWhatWasDoneToARun() {
        browser.enter("#screen=overview&run=2");
        browser.awaitText(NOTICE, "The model was changed in this run: 2 experts masked (2:12, 3:1), top-k 4.");
        browser.awaitText(".pickers option:checked", "2 experts masked (2:12, 3:1), top-k 4");
    }

    @Test
    void hasAPageForEachRun() {
        browser.enter("#screen=runs");
        browser.awaitText("tbody .treatment", "2 experts masked (2:12, 3:1), top-k 4");
        browser.awaitText("tbody .aside", "8 of 24");
        browser.clickOn("tbody .name a[href*='run=2']");
        browser.awaitText("h2", "Run 2: changed");
        assertThat(browser.texts("header nav [aria-current]")).containsExactly("Runs");
        browser.awaitText("dd", "mask 2:12,3:1; top-k 4");
        browser.awaitText("dd", "all prompt tokens");
        browser.awaitText("dd", "0-shot quiz");
        browser.awaitText("dt", "From start to end, pauses included");
        browser.awaitText("pre", "--mask 2:12,3:1");
        browser.awaitText("[aria-label='Effect of the interventions'] tbody td", "mask 2:12,3:1; top-k 4");
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
