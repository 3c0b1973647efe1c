package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** What is around the screens of the console: how one goes from one to another, and what it asks of whom. */
final class TestConsole {
    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.over(TestingServer::start, "", page -> {});

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void opensWithTheOverviewOfTheLatestRun() {
        browser.awaitText("h2", "Expert utilisation");
        assertThat(browser.texts("h1")).containsExactly("Gatehouse");
        assertThat(browser.texts("header nav [aria-current]")).containsExactly("Overview");
        browser.awaitText(".file", "seeded.duckdb");
        browser.awaitText(".pickers option", "first");
        assertThat(browser.texts(".pickers option"))
                .first()
                .asString()
                .startsWith("1 \u00b7 first (seeded, 24 questions, 0-shot quiz)");
    }

    @Test
    void goesFromScreenToScreenByMouseAndKeyboardAndBack() {
        browser.clickOn("header nav a[href*='screen=query']");
        browser.awaitFocus(".cm-content");
        browser.awaitAddress("screen=query");
        browser.press(Keys.ALT, "1");
        browser.awaitText("h2", "Expert utilisation");
        browser.awaitAddress("screen=overview");
        browser.back();
        browser.awaitFocus(".cm-content");
    }

    @Test
    void asksNobodyElse() {
        browser.awaitText("h2", "Expert utilisation");
        browser.find(".tokens .token");
        browser.clickOn("header nav a[href*='screen=query']");
        browser.find("regular-table td");
        assertThat(browser.loaded())
                .hasSizeGreaterThan(10)
                .allMatch(address -> address.startsWith(CONSOLE.server().uri().toString()));
    }

    @Test
    void keepsTheAppearanceThatWasChosen() {
        browser.clickOn("[aria-label='Theme: Auto']");
        browser.clickOn("[aria-label='Theme: Light']");
        assertThat(browser.style("html", "color-scheme")).isEqualTo("dark");
        // Whatever the system prefers, which is light here.
        assertThat(browser.style("body", "background-color")).isEqualTo("rgba(18, 21, 23, 1)");
        browser.reload();
        browser.find("[aria-label='Theme: Dark']");
        assertThat(browser.style("html", "color-scheme")).isEqualTo("dark");
    }

    @Test
    void showsTheShortcutsOnAQuestionMark() {
        browser.awaitText("h2", "Expert utilisation");
        browser.press("?");
        browser.awaitText("dialog h2", "Keyboard shortcuts");
        browser.press(Keys.ESCAPE);
        browser.awaitGone("dialog");
    }
}
