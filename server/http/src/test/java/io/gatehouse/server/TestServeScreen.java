package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.testing.store.SeededFile;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** The screen for people who serve models in a real browser: six pictures of a run, and what they are asked with. */
final class TestServeScreen {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String CACHE = "[aria-label='Expert cache']";
    private static final String PLAN = "[aria-label='Serving plan']";
    private static final String WORKING_SET = "[aria-label='Working set']";
    private static final String HOT_SET = "[aria-label='Hot set']";
    private static final String BY_LAYER = "[aria-label='Caches by layer']";
    private static final String PLACEMENT = "[aria-label='Placement on devices']";

    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.over(
            folder -> {
                TestingServer server = TestingServer.start(folder);
                // As `serve` does: the statements of this screen are among the longest to plan.
                server.engine().warmUp();
                return server;
            },
            "#screen=serve&run=1",
            TestServeScreen::awaitAnswers);

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void showsSixPicturesThatSayWhatTheyShow() {
        // All prompt tokens, not the last ones, unless others are asked for: caches are for what is decoded in a row.
        browser.awaitText(CACHE + " .about", "Prompt tokens: n = 1,920 uses by 120 tokens.");
        browser.awaitText(PLAN + " .about", "How many experts must be loaded for a token");
        browser.awaitText(PLAN + " .below-figure", "Give the bandwidth and the memory above");
        browser.awaitText(WORKING_SET + " .about", "Share of the experts of layer 0");
        browser.awaitText(HOT_SET + " .about", "the 4 experts of each layer");
        browser.awaitText(HOT_SET + " .about", "n = 24 questions.");
        browser.awaitText(BY_LAYER + " .about", "n = 120 tokens.");
        browser.awaitText(PLACEMENT + " .about", "4 devices with 5 experts of a layer each");
        browser.awaitText(PLACEMENT + " .about", "n = 3 batches of 8 questions. An interval needs 30 batches.");
        assertThat(browser.texts(CACHE + " svg .label"))
                .containsExactlyInAnyOrder("LRU", "LFU", "static", "random", "Belady");
        assertThat(browser.texts(PLAN + " svg .label")).anyMatch(text -> text.contains("knee"));
        browser.awaitCount(HOT_SET + " .row", SeededFile.LAYERS);
        browser.awaitCount(PLACEMENT + " .row", SeededFile.LAYERS);
        // The functions of this screen have no subject.
        assertThat(browser.texts(".pickers label")).noneMatch(text -> text.startsWith("Subject"));
    }

    @Test
    void tellsTheNumbersOfTheFunctions() throws Exception {
        browser.focus(CACHE + " .keys");
        browser.press(Keys.HOME);
        for (int i = 1; i < 24; i++) {
            browser.press(Keys.ARROW_RIGHT);
        }
        browser.awaitText(CACHE + " [role=status]", "24 of 64 experts");
        for (Map.Entry<String, String> policy :
                Map.of("LRU", "lru", "LFU", "lfu", "Belady", "belady").entrySet()) {
            double rate = number("SELECT hit_rate FROM expert_cache(1, 'prompt', 'model', '%s', 1) WHERE slots = 24"
                    .formatted(policy.getValue()));
            assertThat(rate).isBetween(0.05, 0.95);
            assertThat(browser.texts(CACHE + " [role=status]"))
                    .anyMatch(text ->
                            text.contains(String.format(Locale.ROOT, "%s: %.1f%%", policy.getKey(), 100 * rate)));
        }
        double heldOut = number("SELECT held_out FROM hot_set(1, 'prompt', 4, 4) WHERE layer = 2");
        assertThat(browser.attribute(HOT_SET + " .row:nth-of-type(5)", "aria-label"))
                .startsWith(String.format(Locale.ROOT, "Layer 2: the set serves %.1f%%", 100 * heldOut));
        double knee = number("SELECT slots FROM serve_plan(1, 'prompt', 'model', 'lru', 1, 1, 1) WHERE is_knee");
        assertThat(browser.texts(PLAN + " svg .label"))
                .anyMatch(text -> text.matches(".*knee.*: %.0f".formatted(knee)));
    }

    @Test
    void choosesThePolicyForAllPictures() {
        browser.pick("[aria-label=Cache] select", "Belady");
        browser.awaitAddress("policy=belady");
        browser.awaitText(CACHE + " .about", "Belady knows what will be used");
        browser.awaitText(PLAN + " .about", "(Belady)");
        browser.awaitText(BY_LAYER + " .about", "(Belady)");
        browser.reload();
        browser.awaitText(PLAN + " .about", "(Belady)");
        awaitAnswers(browser);
        assertThat(browser.texts(CACHE + " svg .label.strong")).containsExactly("Belady");
    }

    @Test
    void plansForTheMemoryThatIsGiven() throws Exception {
        give("megabytes", "12.6");
        browser.awaitText(PLAN + " .below-figure", "Give the bandwidth and the memory above");
        give("gigabytes", "0.5");
        give("bandwidth", "3.5");
        browser.awaitAddress("megabytes=12.6", "gigabytes=0.5", "bandwidth=3.5");
        browser.awaitText(PLAN + " .about", "experts of 12.6 MB that are loaded at 3.5 GB/s");
        awaitAnswers(browser);
        double waits = number("SELECT stall_ms FROM serve_plan(1, 'prompt', 'model', 'lru', 12.6, 0.5, 3.5)"
                + " WHERE is_largest AND slots = 39");
        browser.awaitText(
                PLAN + " .below-figure", "With 0.5 GB for 39 experts, a token waits %.1f ms".formatted(waits));
        browser.awaitText(PLAN + " svg", "largest that fits: 39");
        browser.awaitText(PLAN + " svg", "GB");
        give("gigabytes", "0.01");
        browser.awaitText(PLAN + " .below-figure", "Not one expert of 12.6 MB fits into 10 MB.");
        give("bandwidth", "-1");
        browser.awaitAddress("bandwidth=3.5");
        // The run has the size of its experts.
        give("megabytes", "");
        browser.awaitText(PLAN + " .about", "experts of 0.0246 MB that are loaded at 3.5 GB/s");
        assertThat(browser.address()).doesNotContain("megabytes");
        give("bandwidth", "");
        browser.awaitText(PLAN + " .about", "How many experts must be loaded for a token");
    }

    @Test
    void looksAtOneLayerInAllPictures() {
        browser.focus(HOT_SET + " .row:nth-of-type(5)");
        browser.press(Keys.ENTER);
        browser.awaitAddress("layer=2");
        browser.awaitText(WORKING_SET + " .about", "Share of the experts of layer 2");
        assertThat(browser.attribute(PLACEMENT + " .row[aria-pressed=true]", "aria-label"))
                .startsWith("Layer 2:");
        browser.clickOn("[aria-label='Next layer']");
        browser.awaitText(WORKING_SET + " .about", "Share of the experts of layer 3");
        browser.click("One for each layer");
        browser.awaitAddress("cache=layer");
        browser.awaitText(CACHE + " .about", "the cache of layer 3");
        browser.awaitText(PLAN + " .about", "the same size in each layer");
        awaitAnswers(browser);
        browser.awaitText(CACHE + " .about", "n = 480 uses by 120 tokens");
        browser.focus(BY_LAYER + " .keys");
        browser.press(Keys.PAGE_UP);
        browser.press(Keys.ENTER);
        browser.awaitText(CACHE + " .about", "the cache of layer 0");
    }

    @Test
    void placesExpertsOnTheRanksThatAreGiven() {
        give("resident", "6");
        browser.awaitText(HOT_SET + " .about", "the 6 experts of each layer");
        give("ranks", "8");
        give("spare", "0");
        give("batch", "2");
        browser.awaitText(PLACEMENT + " .about", "8 devices with 2 experts of a layer each");
        browser.awaitText(PLACEMENT + " .about", "n = 12 batches of 2 questions");
        browser.awaitAddress("resident=6", "ranks=8", "spare=0", "batch=2");
        // An empty field is the default again.
        give("ranks", "");
        browser.awaitText(PLACEMENT + " .about", "4 devices with 4 experts of a layer each");
        assertThat(browser.find("[name=ranks]").getDomProperty("value")).isEqualTo("4");
        give("batch", "20");
        browser.awaitText(PLACEMENT + " .nothing", "fewer than two batches of 20 questions");
    }

    @Test
    void givesTheNumbersAsATableAndAsSql() {
        Map<String, List<String>> relations = Map.of(
                CACHE, List.of("FROM expert_cache(1, 'prompt', 'model', 'lru', 1)", "'belady'", "UNION ALL"),
                PLAN, List.of("FROM serve_plan(1, 'prompt', 'model', 'lru', 0.0246, 1, 1)"),
                WORKING_SET, List.of("FROM working_set", "UNION ALL"),
                HOT_SET, List.of("FROM hot_set(1, 'prompt', 4, 4)"),
                BY_LAYER, List.of("FROM expert_cache(1, 'prompt', 'layer', 'lru', 1)"),
                PLACEMENT, List.of("FROM placement(1, 'prompt', 4, 20, 8)"));
        relations.forEach((picture, parts) -> {
            browser.enter("#screen=serve&run=1");
            awaitAnswers(browser);
            browser.clickOn(picture + " [aria-pressed=false]");
            browser.find(picture + " tbody tr");
            browser.clickOn(picture + " [aria-label='Open as SQL']:enabled");
            // The statement before is there until the screen is.
            browser.awaitFocus(".cm-content");
            parts.forEach(part -> browser.awaitText(".cm-content", part));
            browser.awaitText(".bar [role=status]", " in ");
            browser.awaitGone("[aria-label=Result][aria-busy=true]");
            assertThat(browser.texts(".problem")).as(picture).isEmpty();
            assertThat(browser.texts("regular-table td")).as(picture).isNotEmpty();
        });
    }

    private static void awaitAnswers(Browser page) {
        // In the order in which they are asked.
        for (String picture : List.of(PLAN, BY_LAYER, HOT_SET, PLACEMENT, WORKING_SET, CACHE)) {
            page.find(picture);
            page.awaitGone(picture + "[aria-busy=true]");
            page.awaitGone(picture + " .waiting");
        }
    }

    /** Replaces the text of a field, as a person does, and leaves it: a field that is cleared first is left as empty. */
    private void give(String field, String value) {
        browser.focus("[name=%s]".formatted(field));
        browser.press(Keys.CONTROL, "a");
        browser.press(value.isEmpty() ? Keys.DELETE : value);
        browser.press(Keys.TAB);
    }

    private static double number(String sql) throws Exception {
        return JSON.readTree(CONSOLE.server().query(sql).body())
                .path("rows")
                .path(0)
                .path(0)
                .asDouble();
    }
}
