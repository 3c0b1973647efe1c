package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Runs in a real browser: started, watched, cancelled and deleted, with the sample model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestRunsScreen {
    private TestingServer server;
    private Browser browser;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Browser.assumePresent();
        server = TestingServer.startWithSample(folder);
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
        browser = Browser.open(URI.create(server.uri() + "#screen=runs"), profile);
        browser.awaitText("tbody .name", "first");
    }

    @AfterEach
    void close() {
        if (browser != null) {
            assertThat(browser.severeMessages()).isEmpty();
            browser.close();
        }
    }

    @Test
    void startsARunAndShowsItGrow() {
        start("grows", "192");
        browser.awaitText(".strip", "grows");
        browser.awaitText("tbody tr", "grows");
        browser.awaitText("tbody .status", "running");
        browser.awaitText(".strip", "of 192 questions");
        browser.awaitText("tbody tr:first-child .status", "complete");
        browser.awaitGone(".strip");
        browser.awaitText("tbody tr:first-child td", "of 192");
        // The pictures have the new run without a reload.
        browser.clickOn("tbody tr:first-child .actions .tool");
        browser.awaitText(".about", "n = 192 tokens of 192 questions");
    }

    @Test
    void keepsTheRunThatIsLookedAtWhileAnotherGoesOn() {
        browser.go(URI.create(server.uri() + "#screen=overview"));
        browser.find(".tokens .token");
        String looked = browser.attribute(".pickers option:checked", "value");
        String about = browser.texts(".about").get(0);
        browser.enter("#screen=runs");
        start("beside", "192");
        browser.enter("#screen=overview");
        browser.awaitText("[aria-label='Run in progress']", "beside");
        browser.awaitText(".pickers option", "beside");
        browser.awaitGone("[aria-label='Run in progress']");
        assertThat(browser.attribute(".pickers option:checked", "value")).isEqualTo(looked);
        assertThat(browser.texts(".about").get(0)).isEqualTo(about);
    }

    @Test
    void cancelsARunAndDeletesItWhenItsNameIsTyped() {
        start("goes", "1000");
        browser.awaitText("tbody .status", "running");
        browser.click("Cancel");
        browser.awaitText("tbody .status", "cancelled");
        int runs = browser.texts("tbody tr").size();
        browser.clickOn("tbody tr:first-child .delete");
        browser.awaitText("dialog h2", "Delete run \u201cgoes\u201d?");
        assertThat(browser.find("dialog .danger").isEnabled()).isFalse();
        browser.typeInto("dialog input", "goes");
        browser.find("dialog .danger").click();
        browser.awaitGone("dialog");
        browser.awaitCount("tbody tr", runs - 1);
        assertThat(browser.texts("tbody .name")).contains("first").doesNotContain("goes");
    }

    private void start(String name, String questions) {
        browser.click("Start a run");
        browser.awaitText("form option", "model");
        browser.typeInto("form input[type=text]", name);
        browser.typeInto("form input[placeholder=all]", questions);
        browser.clickOn("form .main");
    }
}
