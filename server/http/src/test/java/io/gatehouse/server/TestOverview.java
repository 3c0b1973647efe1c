package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.testing.store.SeededFile;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** The first screen of a run in a real browser: four pictures that belong together. */
final class TestOverview {
    private static final String USE = "[aria-label='Expert utilisation']";
    private static final String ENTROPY = "[aria-label='Router entropy']";
    private static final String ACCURACY = "[aria-label='Accuracy by expert']";
    private static final String PROMPT = "[aria-label='Prompt tokens']";
    private static final String CELLS = USE + " .keys";
    private static final int MANY_LAYERS = 48;

    @RegisterExtension
    static final ConsoleBrowser CONSOLE =
            ConsoleBrowser.over(TestingServer::start, "", page -> page.find(PROMPT + " .token"));

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void showsFourPicturesThatSayWhatTheyShow() {
        browser.awaitText(USE + " .about", "Last prompt token: n = 24 tokens of 24 questions.");
        browser.awaitText(USE + " .about", "uniform (4/16)");
        browser.awaitText(ENTROPY + " .about", "ln 16 = 2.77 nats");
        browser.awaitText(ACCURACY + " .about", "n \u2265 2 questions");
        browser.awaitText(PROMPT + " .about", "Question 1 (arithmetic)");
        browser.find(ENTROPY + " [role=button]");
        browser.find(ACCURACY + " [role=button]");
        browser.awaitCount(ENTROPY + " [role=button]", SeededFile.LAYERS);
        browser.awaitCount(ACCURACY + " [role=button]", 20);
        browser.awaitCount(PROMPT + " .token", 5);
        // Expert 15 never fires, whatever the others do.
        browser.awaitText(".facts", "of 64");
        assertThat(browser.loaded())
                .isNotEmpty()
                .allMatch(address -> address.startsWith(CONSOLE.server().uri().toString()));
    }

    /** The colours reach down to the rarest expert, so that no mark stands for all that are still rarer. */
    @Test
    void saysHowFarTheColoursReach() {
        browser.awaitTexts(
                USE + " .legend .marks span", "1/8\u00d7", "1/4\u00d7", "1/2\u00d7", "uniform", "2\u00d7", "4\u00d7");
        browser.awaitText(USE + " .legend .never", "never fired");
    }

    @Test
    void tellsACellByKeyboardAndSelectsItEverywhere() {
        browser.focus(CELLS);
        browser.press(Keys.HOME);
        browser.press(Keys.PAGE_UP);
        browser.press(Keys.END);
        browser.awaitText(USE + " [role=status]", "Layer 0, expert 15, never fired");
        browser.press(Keys.ARROW_DOWN);
        browser.press(Keys.ARROW_LEFT);
        browser.awaitText(USE + " [role=status]", "Layer 1, expert 14");
        browser.press(Keys.ENTER);
        browser.awaitText(PROMPT + " .about", "expert 14 in layer 1");
        browser.awaitAddress("layer=1", "expert=14");
        assertThat(browser.attribute(ENTROPY + " [aria-pressed=true]", "aria-label"))
                .startsWith("Layer 1:");
    }

    @Test
    void selectsFromTheForestAndTheStrip() {
        String label = browser.attribute(ACCURACY + " [role=button]", "aria-label");
        String layer = label.replaceAll("Layer (\\d+), expert (\\d+):.*", "$1");
        String expert = label.replaceAll("Layer (\\d+), expert (\\d+):.*", "$2");
        browser.focus(ACCURACY + " [role=button]");
        browser.press(Keys.ENTER);
        browser.awaitText(PROMPT + " .about", "expert " + expert + " in layer " + layer);
        browser.focus(ENTROPY + " [role=button]:nth-last-of-type(2)");
        browser.press(Keys.SPACE);
        browser.awaitText(PROMPT + " .about", "in layer 3");
    }

    @Test
    void looksAtTheTokensAndTheSubjectThatAreAskedFor() {
        browser.click("All prompt tokens");
        browser.awaitText(USE + " .about", "Prompt tokens: n = 120 tokens of 24 questions.");
        browser.pick(".pickers label:last-of-type select", "colours");
        browser.awaitText(USE + " .about", "Prompt tokens: n = 40 tokens of 8 questions of colours.");
        browser.awaitText(PROMPT + " .about", "Question 2 (colours)");
        browser.awaitAddress("scope=prompt", "subject=colours");
        browser.clickOn("[aria-label='Next question']");
        browser.awaitText(PROMPT + " .about", "Question 5 (colours)");
        browser.back();
        browser.awaitText(USE + " .about", "Prompt tokens: n = 120 tokens of 24 questions.");
    }

    /** Its rows are thin also while another picture still has those of a run of four layers. */
    @Test
    void keepsItsHeightWhileAPictureOfAFurtherRunIsOnItsWay() {
        Store store = CONSOLE.server().store();
        String deep = ImportedRuns.addDeep(store, MANY_LAYERS);
        try {
            int run = store.runs().stream()
                    .filter(known -> known.name().equals(deep))
                    .mapToInt(RunSummary::runId)
                    .findFirst()
                    .orElseThrow();
            browser.go(URI.create(CONSOLE.server().uri() + "#screen=overview&run=1&scope=prompt"));
            browser.awaitCount(ENTROPY + " [role=button]", SeededFile.LAYERS);
            browser.find(CELLS);
            browser.hold("FROM expert_utilisation");
            browser.enter("#screen=overview&scope=prompt&run=" + run);
            browser.awaitCount(ENTROPY + " [role=button]", MANY_LAYERS);
            assertThat(browser.find(ENTROPY + " .body svg").getSize().getHeight())
                    .isLessThan(500);
        } finally {
            store.deleteRun(deep);
        }
    }

    @Test
    void givesTheNumbersAsATableAndAsSql() {
        browser.clickOn(USE + " [aria-pressed=false]");
        browser.awaitText(USE + " tbody tr", "0");
        browser.awaitCount(USE + " tbody tr", 64);
        Map<String, String> relations = Map.of(
                USE,
                "FROM expert_utilisation",
                ENTROPY,
                "FROM gate_entropy",
                ACCURACY,
                "FROM expert_accuracy",
                PROMPT,
                "FROM tokens");
        relations.forEach((picture, relation) -> {
            browser.enter("#screen=overview");
            browser.clickOn(picture + " [aria-label='Open as SQL']:enabled");
            // The statement before is there until the screen is.
            browser.awaitFocus(".cm-content");
            browser.awaitText(".cm-content", relation);
            browser.awaitText(".bar [role=status]", "rows in");
            browser.awaitGone("[aria-label=Result][aria-busy=true]");
        });
    }
}
