package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The page of one expert in a real browser. */
final class TestExpertPage {
    private static final String CONTEXTS = "[aria-label='Tokens in context']";

    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.over(
            TestingServer::start, "#screen=overview&run=1&layer=2&expert=3", page -> page.find(".tokens .token"));

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void tellsWhatIsKnownOfAnExpert() {
        browser.click("About expert 3");
        browser.awaitText("h2", "Expert 3 of layer 2");
        browser.awaitAddress("screen=expert", "layer=2", "expert=3");
        browser.click("All prompt tokens");
        browser.awaitText(".facts .note", "of 120 tokens");
        browser.awaitText(".facts dt", "accuracy where it fired");
        browser.awaitText(CONTEXTS + " mark", "t");
        assertThat(browser.texts(CONTEXTS + " tbody tr").size()).isBetween(2, 20);
        browser.awaitText("[aria-label='Tokens of the expert'] tbody td", "t");
        browser.awaitText("[aria-label='Subjects of the expert'] tbody td", "colours");
        browser.awaitText("[aria-label='Chosen together'] thead th", "Lift");
        browser.awaitText("[aria-label='Similar weights'] .nothing", "have not been read");
        browser.awaitText("[aria-label='Effect of masking it'] .nothing", "No run in this file masks this expert.");
        browser.clickOn(CONTEXTS + " tbody button");
        browser.awaitAddress("picture=questions", "question=");
    }

    @Test
    void goesFromExpertToExpert() {
        browser.enter("#screen=expert&run=1&layer=0&expert=15");
        browser.awaitText(CONTEXTS + " .nothing", "never fired");
        browser.awaitText("[aria-label='Subjects of the expert'] .nothing", "never fired");
        browser.clickOn("[aria-label='Next expert']");
        browser.awaitText("h2", "Expert 0 of layer 0");
        browser.awaitAddress("expert=0");
        browser.pick(".head label select", "3");
        browser.awaitText("h2", "Expert 0 of layer 3");
        browser.click("Show in the overview");
        browser.awaitText("[aria-label='Prompt tokens'] .about", "expert 0 in layer 3");
    }

    @Test
    void notesAreWrittenChangedAndShownAsMarks() {
        browser.enter("#screen=expert&run=1&layer=2&expert=5");
        browser.click("Add a note");
        browser.typeInto("dialog input[type=text]", "colours");
        browser.typeInto("dialog textarea", "fires at names of colours");
        browser.clickOn("dialog button[type=submit]");
        browser.awaitText(".notes strong", "colours");
        browser.awaitText(".notes p", "fires at names of colours");
        browser.awaitText(".notes .note", "all runs of the checkpoint");
        browser.click("Show in the overview");
        browser.find("[aria-label='Expert utilisation'] path.mark");
        browser.enter("#screen=explore&run=1&picture=coactivation&layer=2&expert=5");
        browser.find("[aria-label='Co-activation'] path.mark");
        browser.enter("#screen=overview&run=1&layer=2&expert=5");
        browser.clickOn("[aria-label='Expert utilisation'] button[title^='Write a note']");
        browser.awaitText("dialog h2", "Note on expert 5 of layer 2");
        browser.clickOn("dialog button.other");
        browser.awaitGone("[aria-label='Expert utilisation'] path.mark");
    }
}
