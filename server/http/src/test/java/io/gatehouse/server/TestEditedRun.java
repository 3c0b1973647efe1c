package io.gatehouse.server;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The name, the tags and the note of a run in a real browser; it has a file of its own, because others name the run. */
final class TestEditedRun {
    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.over(
            TestingServer::start, "#screen=run&run=1", page -> page.awaitText("h2", "Run 1: first"));

    @Test
    void isShownOnItsPageAndInTheList() {
        Browser browser = CONSOLE.browser();
        browser.clickOn(".actions button:nth-last-child(2)");
        browser.typeInto("dialog [name=name]", "baseline");
        browser.typeInto("dialog [name=tags]", "paper, bf16");
        browser.typeInto("dialog [name=note]", "for the paper");
        browser.clickOn("dialog [type=submit]");
        browser.awaitText("h2", "Run 1: baseline");
        browser.awaitText(".remarks", "Tags: paper, bf16");
        browser.awaitText(".remarks", "for the paper");
        browser.click("All runs");
        browser.awaitText("td.name", "baseline");
        browser.awaitText("td.name .below", "paper, bf16");
    }
}
