package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.store.SeededFile;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** The console without a mouse: everything can be reached, and the focus is never lost. */
final class TestKeyboard {
    private static final String CELLS = "regular-table td";
    private static final String STATUS = "[role=status]";
    /** More than there is on any screen. */
    private static final int MOST_STOPS = 200;

    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.over(
            folder -> ConsoleBrowser.withTwoRuns(TestingServer.startWithSample(folder)), "", page -> {
                page.find(".tokens .token");
                page.awaitGone(".picture[aria-busy=true]");
            });

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void reachesEverythingOfTheOverviewByTab() {
        List<String> stops = stops();
        assertThat(stops)
                .containsSubsequence(
                        "Overview", "Explore", "Serve", "Query", "Runs", "Keyboard shortcuts", "Theme: Auto");
        assertThat(stops).anyMatch(stop -> stop.startsWith("Run"));
        assertThat(stops).contains("Last prompt token", "All prompt tokens");
        assertThat(stops).anyMatch(stop -> stop.startsWith("Subject"));
        for (String picture : List.of("Expert utilisation", "Router entropy", "Accuracy by expert", "Prompt tokens")) {
            assertThat(stops).contains("Save " + picture);
        }
        // One stop for all cells and one for all tokens: arrow keys move within.
        assertThat(stops)
                .filteredOn(stop -> stop.startsWith("Expert utilisation. 4 rows"))
                .hasSize(1);
        assertThat(stops).filteredOn(stop -> stop.startsWith("Token 0")).hasSize(1);
        assertThat(stops).filteredOn(stop -> stop.startsWith("Token ")).hasSize(1);
        assertThat(stops)
                .filteredOn(stop -> stop.matches("Layer \\d+: entropy .*"))
                .hasSize(1);
        assertThat(stops)
                .filteredOn(stop -> stop.matches("Layer \\d+, expert .*"))
                .hasSize(1);
        assertThat(stops).contains("Previous question", "Next question", "Table", "Open as SQL");
    }

    @Test
    void movesOverTokensByArrowKeys() {
        browser.focus(".token");
        browser.press(Keys.ARROW_RIGHT);
        assertThat(browser.focused()).startsWith("Token 1");
        browser.press(Keys.END);
        assertThat(browser.focused()).startsWith("Token 4");
        browser.press(Keys.HOME);
        assertThat(browser.focused()).startsWith("Token 0");
        browser.awaitText(".focused", "Token 0");
    }

    @Test
    void picksRunScopeAndSubjectByKeys() {
        browser.awaitText(".about", "n = 24 tokens of 24 questions.");
        browser.focus(".pickers select");
        browser.press(Keys.ARROW_UP);
        browser.awaitText(".facts .note", "seeded; 0-shot quiz");
        browser.awaitAddress("run=1");
        browser.focus(".switch button:last-child");
        browser.press(Keys.SPACE);
        browser.awaitText(".about", "Prompt tokens: n = 120 tokens");
        browser.awaitFocus(".switch button:last-child");
        browser.focus(".pickers label:last-of-type select");
        browser.press(Keys.ARROW_DOWN);
        browser.awaitText(".about", "questions of arithmetic");
        browser.awaitFocus(".pickers label:last-of-type select");
    }

    @Test
    void opensAMenuWalksItAndComesBack() {
        String opener = "[aria-label='Save Expert utilisation']";
        browser.focus(opener);
        browser.press(Keys.ENTER);
        browser.awaitFocus("[role=menuitem]");
        assertThat(browser.focused()).isEqualTo("Chart, PNG");
        browser.press(Keys.ARROW_DOWN);
        assertThat(browser.focused()).isEqualTo("Chart, SVG");
        browser.press(Keys.END);
        assertThat(browser.focused()).isEqualTo("Data, CSV");
        browser.press(Keys.ARROW_DOWN);
        assertThat(browser.focused()).isEqualTo("Chart, PNG");
        browser.press(Keys.ESCAPE);
        browser.awaitGone("[role=menu]");
        browser.awaitFocus(opener);
    }

    @Test
    void closesTheSheetOfShortcutsAndComesBack() {
        browser.focus("[aria-label='Keyboard shortcuts']");
        browser.press(Keys.ENTER);
        browser.awaitFocus("dialog button");
        browser.press(Keys.ESCAPE);
        browser.awaitGone("dialog");
        browser.awaitFocus("[aria-label='Keyboard shortcuts']");
    }

    @Test
    void goesThroughPicturesOfExploreByKeys() {
        browser.press(Keys.ALT, "2");
        browser.find("canvas");
        browser.focus(".pictures button:nth-child(2)");
        browser.press(Keys.ENTER);
        browser.awaitText("h2", "Co-activation");
        browser.awaitFocus(".pictures button:nth-child(2)");
        browser.focus(".bar select");
        browser.press(Keys.ARROW_DOWN);
        browser.awaitText(".about", "Layer 1: ");
    }

    @Test
    void reachesEverythingOfServeByTab() {
        browser.press(Keys.ALT, "3");
        browser.find("[aria-label='Placement on devices'] .row");
        browser.awaitGone(".picture[aria-busy=true]");
        List<String> stops = stops();
        assertThat(stops).contains("One for all layers", "One for each layer");
        for (String picture : List.of(
                "Expert cache", "Serving plan", "Working set", "Hot set", "Caches by layer", "Placement on devices")) {
            assertThat(stops).contains("Save " + picture);
        }
        // One stop for each chart: arrow keys move within.
        for (String chart : List.of("Expert cache.", "Serving plan.", "Working set.", "Caches by layer. 4 rows")) {
            assertThat(stops)
                    .filteredOn(stop -> stop.startsWith(chart))
                    .as(chart)
                    .hasSize(1);
        }
        assertThat(stops)
                .filteredOn(stop -> stop.startsWith("Layer 0: the set"))
                .hasSize(1);
        assertThat(stops)
                .filteredOn(stop -> stop.startsWith("Layer 0: mean load per device"))
                .hasSize(1);
    }

    @Test
    void runsAQueryAndKeepsTheFocus() {
        browser.press(Keys.ALT, "4");
        browser.awaitText(STATUS, "rows in");
        browser.awaitFocus(".cm-content");
        // Tab indents in the editor; after Escape it leaves.
        // One after the other at once: two seconds after Escape, Tab indents again.
        browser.press(Keys.ESCAPE.toString() + Keys.TAB);
        browser.awaitFocus(".run");
        browser.press(Keys.ENTER);
        browser.awaitText(STATUS, "rows in");
        browser.awaitGone("[aria-label=Result][aria-busy=true]");
        browser.awaitFocus(".run");
    }

    @Test
    void changesTabsOfTheSideByArrowKeys() {
        browser.press(Keys.ALT, "4");
        browser.awaitText(STATUS, "rows in");
        browser.focus("#tab-Examples");
        browser.press(Keys.ARROW_RIGHT);
        browser.awaitFocus("#tab-Tables[aria-selected=true]");
        browser.find("nav summary");
        browser.press(Keys.TAB);
        browser.awaitFocus("nav input");
        browser.press(Keys.SHIFT, Keys.TAB);
        browser.awaitFocus("#tab-Tables");
        browser.press(Keys.ARROW_LEFT);
        browser.awaitFocus("#tab-Examples[aria-selected=true]");
        browser.press(Keys.ARROW_LEFT);
        browser.awaitFocus("#tab-Saved[aria-selected=true]");
    }

    @Test
    void closesWhatIsOpenOnTheQueryScreenAndComesBack() {
        browser.press(Keys.ALT, "4");
        browser.find(CELLS);
        browser.awaitFocus(".cm-content");
        browser.press(Keys.CONTROL, "s");
        browser.awaitFocus("dialog input");
        browser.press(Keys.ESCAPE);
        browser.awaitGone("dialog");
        browser.awaitFocus(".cm-content");
        browser.focus("regular-table");
        browser.press(Keys.ARROW_DOWN);
        browser.press(Keys.ENTER);
        browser.awaitFocus("[role=dialog] button");
        browser.press(Keys.ESCAPE);
        browser.awaitGone("[role=dialog]");
        browser.awaitFocus("regular-table");
        browser.press(Keys.ENTER);
        browser.awaitFocus("[role=dialog] button");
        browser.press(Keys.ENTER);
        browser.awaitText(".cm-content", "ORDER BY \"run_id\"");
        browser.awaitGone("[aria-label=Result][aria-busy=true]");
        browser.awaitFocus("regular-table");
    }

    @Test
    void closesADialogWithoutCancellingWhatRuns() {
        browser.press(Keys.ALT, "4");
        browser.awaitText(STATUS, "rows in");
        browser.type("SELECT SUM(a.token_id * b.token_id * c.token_id * d.token_id * e.token_id)"
                + " FROM tokens a, tokens b, tokens c, tokens d, tokens e");
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(STATUS, "Running");
        browser.press(Keys.CONTROL, "s");
        browser.awaitFocus("dialog input");
        browser.press(Keys.ESCAPE);
        browser.awaitGone("dialog");
        assertThat(browser.texts(STATUS)).contains("Running");
        browser.press(Keys.ESCAPE);
        browser.awaitText(STATUS, "Cancelled");
    }

    @Test
    void deletesARunAndStaysAtTheList() {
        SeededFile.addRun(CONSOLE.server().store(), "doomed", 9);
        browser.go(URI.create(CONSOLE.server().uri() + "#screen=runs"));
        browser.awaitText("tbody .name", "doomed");
        browser.focus("tbody tr:first-child .delete");
        browser.press(Keys.ENTER);
        browser.awaitFocus("dialog input");
        browser.press(Keys.ESCAPE);
        browser.awaitGone("dialog");
        browser.awaitFocus("tbody tr:first-child .delete");
        browser.press(Keys.ENTER);
        browser.awaitFocus("dialog input");
        browser.press("doomed");
        browser.press(Keys.ENTER);
        browser.awaitGone("dialog");
        browser.awaitCount("tbody tr", 2);
        browser.awaitFocus("[aria-label='Runs of this file']");
    }

    @Test
    void movesOverRowsByArrowKeys() {
        browser.focus("[aria-label='Router entropy'] [role=button]");
        browser.press(Keys.ARROW_DOWN);
        assertThat(browser.focused()).startsWith("Layer 1:");
        browser.press(Keys.END);
        assertThat(browser.focused()).startsWith("Layer 3:");
        browser.press(Keys.ENTER);
        browser.awaitText("[aria-label='Prompt tokens'] .about", "in layer 3");
        browser.focus("[aria-label='Accuracy by expert'] [role=button]");
        browser.press(Keys.ARROW_DOWN);
        browser.press(Keys.HOME);
        browser.awaitFocus("[aria-label='Accuracy by expert'] [role=button][tabindex='0']");
        browser.press(Keys.ALT, "2");
        browser.click("Transitions");
        browser.find(".node");
        browser.awaitGone(".picture[aria-busy=true]");
        browser.focus(".node[tabindex='0']");
        browser.press(Keys.ARROW_DOWN);
        browser.press(Keys.ENTER);
        browser.awaitFocus(".node[aria-pressed=true]");
    }

    @Test
    void walksTheListsByArrowKeys() {
        browser.go(URI.create(CONSOLE.server().uri() + "#screen=explore&picture=questions"));
        browser.find(".near button");
        browser.focus(".list button[tabindex='0']");
        browser.press(Keys.ARROW_DOWN);
        browser.press(Keys.ENTER);
        browser.awaitText(".question .about", "Question 2 ");
        browser.awaitFocus(".list button[aria-pressed=true]");
        browser.press(Keys.ALT, "4");
        browser.awaitText(STATUS, "row");
        browser.focus("nav .entry");
        browser.press(Keys.ARROW_DOWN);
        browser.awaitFocus("nav ul:nth-of-type(2) .entry[tabindex='0']");
    }

    /** What Tab stops at, from the top of the page to its end. */
    private List<String> stops() {
        browser.focus("header nav a");
        List<String> stops = new ArrayList<>(List.of(browser.focused()));
        for (int i = 0; i < MOST_STOPS; i++) {
            browser.press(Keys.TAB);
            String stop = browser.focused();
            if (stop.isEmpty() || stop.equals(stops.get(0))) {
                return stops;
            }
            stops.add(stop);
        }
        throw new AssertionError("Tab does not come to an end: " + stops);
    }
}
