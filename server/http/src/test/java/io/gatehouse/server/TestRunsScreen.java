package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.run.RunRequest;
import io.gatehouse.testing.store.SeededFile;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** Runs in a real browser: started, watched, cancelled and deleted, with the sample model. */
final class TestRunsScreen {
    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.over(
            TestingServer::startWithSample, "#screen=runs", page -> page.awaitText("tbody .name", "first"));

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void startsARunAndShowsItGrow() {
        start("grows", "576");
        browser.awaitText(".strip", "grows");
        browser.awaitText("tbody tr", "grows");
        browser.awaitText("tbody .status", "running");
        browser.awaitText(".strip", "of 576 questions");
        browser.awaitText(".strip", "tokens/s");
        browser.awaitText(".strip", "left");
        browser.awaitText("tbody tr:first-child .status", "complete");
        browser.awaitGone(".strip");
        browser.awaitText("tbody tr:first-child td", "of 576");
        assertThat(browser.texts("thead th"))
                .containsExactly(
                        "Run",
                        "Name",
                        "Model",
                        "Quiz",
                        "Changes and recording",
                        "Status",
                        "Accuracy",
                        "Started",
                        "Duration",
                        "Actions");
        // The pictures have the new run without a reload.
        browser.clickOn("tbody tr:first-child .actions .tool");
        browser.awaitText(".about", "n = 576 tokens of 576 questions");
        // More questions than one page of the list has.
        browser.press(Keys.ALT, "2");
        browser.click("Questions");
        browser.awaitText(".list .count", "576 questions, 1 to 200 shown");
        browser.clickOn(".list .pages button:last-child");
        browser.awaitText(".list .count", "201 to 400 shown");
    }

    @Test
    void keepsTheRunThatIsLookedAtWhileAnotherGoesOn() {
        browser.go(URI.create(CONSOLE.server().uri() + "#screen=overview"));
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
        browser.awaitText("dialog", "all of its routing from the file. It cannot be undone.");
        assertThat(browser.find("dialog .danger").isEnabled()).isFalse();
        browser.typeInto("dialog input", "goes");
        browser.clickOn("dialog .danger:enabled");
        browser.awaitGone("dialog");
        browser.awaitCount("tbody tr", runs - 1);
        assertThat(browser.texts("tbody .name")).contains("first").doesNotContain("goes");
    }

    @Test
    void resumesARunThatWasCancelled() {
        start("pauses", "1000");
        browser.awaitText("tbody .status", "running");
        browser.awaitText("tbody tr:first-child .actions", "Open");
        browser.click("Cancel");
        browser.awaitText("tbody tr:first-child .status", "cancelled");
        browser.click("Resume");
        browser.awaitText("form p", "(pauses), of which");
        assertThat(browser.attribute("form", "aria-label")).isEqualTo("Resume run pauses");
        browser.clickOn("form .main:enabled");
        browser.awaitText("tbody tr:first-child .status", "running");
        browser.click("Cancel");
        browser.awaitText("tbody tr:first-child .status", "cancelled");
        assertThat(browser.texts("tbody .name")).filteredOn("pauses"::equals).hasSize(1);
    }

    @Test
    void offersEveryOptionOfARun() {
        browser.click("Start a run");
        browser.awaitText("form option", "model");
        browser.clickOn("form summary");
        List<String> labels = browser.texts("form label");
        Set<String> missing = new TreeSet<>(RunRequest.fields());
        browser.names("form [name]").forEach(missing::remove);
        assertThat(missing).as("options of a run that the form lacks").isEmpty();
        for (String option : List.of(
                "Subjects",
                "Prompt format",
                "Chat template",
                "Prompts longer than the context",
                "New tokens",
                "Answer rule",
                "Stop texts",
                "Probabilities of all experts",
                "Mask unused experts of")) {
            assertThat(labels).as(option).anyMatch(label -> label.startsWith(option));
        }
    }

    /** What belongs to generated text is sent only with it. */
    @Test
    void startsARunThatGeneratesText() throws Exception {
        browser.click("Start a run");
        browser.awaitText("form option", "model");
        browser.typeInto("form [name=name]", "writes");
        browser.typeInto("form [name=limit]", "3");
        browser.clickOn("form summary");
        assertThat(browser.find("form [name=sampling]").isEnabled()).isFalse();
        browser.typeInto("form [name=max-new-tokens]", "4");
        browser.pick("form [name=sampling]", "random");
        browser.typeInto("form [name=seed]", "7");
        browser.typeInto("form [name=stop]", "Question:");
        browser.clickOn("form .main");
        browser.awaitText("tbody tr:first-child .status", "complete");
        browser.awaitText("tbody tr:first-child .treatment", "up to 4 generated tokens");
        assertThat(CONSOLE.server()
                        .query("SELECT sampling, stop, max_new_tokens FROM runs WHERE name = 'writes'")
                        .body())
                .contains("seed=7", "Question:");
        browser.clickOn("tbody tr:first-child .actions .tool");
        browser.click("Generated tokens");
        browser.awaitText(".about", "Generated tokens: n = ");
    }

    /** The message has a row of its own, so that it is whole and the buttons stay in sight. */
    @Test
    void saysWhyARunFailed() {
        browser.click("Start a run");
        browser.awaitText("form option", "model");
        browser.typeInto("form [name=name]", "fails");
        browser.clickOn("form summary");
        browser.typeInto("form [name=max-new-tokens]", "384");
        browser.clickOn("form .main");
        browser.awaitText("tbody tr:first-child .status", "failed");
        browser.awaitText("tbody tr.why", "none is left for a prompt");
        browser.awaitInside("tbody tr:first-child .delete", "[aria-label='Runs of this file']");
        browser.awaitInside("tbody tr.why td:last-child", "[aria-label='Runs of this file']");
        browser.clickOn("tbody tr:first-child .delete");
        browser.typeInto("dialog input", "fails");
        browser.clickOn("dialog .danger");
        browser.awaitGone("tr.why");
    }

    @Test
    void drawsThePicturesOfARunAnewAsItGoesOn() {
        browser.click("Start a run");
        browser.awaitText("form option", "model");
        // Long prompts and generated tokens, so that it is still going on when all has been looked at.
        browser.clickOn("form summary");
        browser.typeInto("form input[name=max-new-tokens]", "16");
        describe("live", "1560", "5");
        browser.awaitText("tbody .status", "running");
        browser.awaitText("tbody tr:first-child .actions", "Open");
        browser.clickOn("tbody tr:first-child .actions .tool");
        browser.awaitText(".about", "tokens of");
        browser.find(".token");
        browser.focus(".keys");
        browser.scroll("main", 150);
        String before = browser.texts(".about").get(0);
        browser.awaitChange(".about", before);
        browser.awaitFocus(".keys");
        assertThat(browser.scrolled("main")).as("nothing jumps").isEqualTo(150);
        browser.find("[aria-label='Run in progress']");
        browser.enter("#screen=runs");
        browser.click("Cancel");
        browser.awaitText("tbody .status", "cancelled");
    }

    @Test
    void comparesARunWithAnother() {
        SeededFile.addRun(CONSOLE.server().store(), "to compare", 8);
        browser.reload();
        browser.awaitText("tbody .name", "to compare");
        browser.click("Compare");
        browser.awaitText("h2", "Utilisation difference");
        browser.awaitText(".with option", "first");
        browser.awaitText("h2", "Saturation");
        browser.awaitText("h2", "Accuracy by subject");
    }

    private void start(String name, String questions) {
        browser.click("Start a run");
        browser.awaitText("form option", "model");
        describe(name, questions, "0");
    }

    /** Fills the form and sends it. */
    private void describe(String name, String questions, String shots) {
        browser.typeInto("form input[type=text]", name);
        browser.typeInto("form input[placeholder=all]", questions);
        browser.typeInto("form input[max='32']", shots);
        browser.clickOn("form .main");
    }
}
