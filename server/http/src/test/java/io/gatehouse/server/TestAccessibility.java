package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.store.SeededFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** What axe has against the screens, in each state that a reader sees, and against their dark colours: nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestAccessibility {
    private static final Path AXE =
            Path.of(System.getProperty("gatehouse.root"), "web", "node_modules", "axe-core", "axe.min.js");
    private static final String CELLS = "regular-table td";
    private static final String ENDLESS = "SELECT SUM(a.token_id * b.token_id * c.token_id * d.token_id * e.token_id)"
            + " FROM tokens a, tokens b, tokens c, tokens d, tokens e";

    /** The rules that depend on colours. */
    private static final String[] OF_COLOURS = {"color-contrast", "link-in-text-block"};

    private TestingServer server;
    private Browser browser;
    private String axe;

    @BeforeAll
    void start(@TempDir Path folder, @TempDir Path profile) throws Exception {
        Browser.assumePresent();
        server = TestingServer.startWithSample(folder);
        server.assumeConsole();
        axe = Files.readString(AXE);
        SeededFile.addRun(server.store(), "second", 8);
        SeededFile.addChangedRun(server.store(), "changed", 9, "mask 2:12");
        SeededFile.addCancelledRun(server.store(), "stopped", 10, 8);
        ImportedRuns.add(server.store());
        browser = Browser.open(server.uri(), profile);
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void hasNothingAgainstTheOverview() {
        String ready = ".tokens .token";
        check(
                new State("overview", "#screen=overview&run=2", ready, page -> {}),
                new State("tables of its pictures", "#screen=overview&run=2", ready, page -> {
                    for (int i = 0; i < 4; i++) {
                        page.clickOn(".tools [aria-pressed=false]");
                    }
                    page.awaitCount(".picture table", 4);
                }),
                new State("menu of a picture", "#screen=overview&run=2", ready, page -> {
                    page.clickOn("[aria-label='Save Expert utilisation']");
                    page.find("[role=menuitem]");
                }),
                new State("shortcuts", "#screen=overview&run=2", ready, page -> {
                    page.press("?");
                    page.find("dialog");
                }),
                new State("cancelled run", "#screen=overview&run=4", ".notice", page -> {}),
                new State("imported run", "#screen=overview&run=5", ".tokens .token", page -> {}),
                new State("missing run", "#screen=overview&run=77", ".missing", page -> {}));
    }

    @Test
    void hasNothingAgainstThePagesOfARunAndOfAnExpert() {
        check(
                new State("run", "#screen=run&run=3", "dd", page -> page.awaitCount(".picture table", 3)),
                new State("expert", "#screen=expert&run=1&layer=2&expert=3&scope=prompt", "mark", page -> {}),
                new State(
                        "expert of an imported run", "#screen=expert&run=5&layer=0&expert=0", ".nothing", page -> {}));
    }

    @Test
    void hasNothingAgainstThePicturesOfExplore() {
        check(
                picture("subjects&layer=1&expert=2&subject=colours", "canvas"),
                picture("coactivation&layer=1&expert=2", "canvas"),
                picture("transitions&layer=1&expert=2", ".node"),
                picture("comparison&other=3", "canvas"),
                picture("questions&question=3&layer=1&expert=2", ".near button"));
    }

    @Test
    void hasNothingAgainstServe() {
        String ready = "[aria-label='Placement on devices'] .row";
        check(
                new State("serve", "#screen=serve&run=2&layer=1", ready, page -> {}),
                new State(
                        "serving plan with times",
                        "#screen=serve&run=2&cache=layer&policy=belady&megabytes=12.6&gigabytes=0.5&bandwidth=3.5",
                        ready,
                        page -> {
                            page.focus("[aria-label='Serving plan'] .keys");
                            page.press(Keys.ARROW_RIGHT);
                            page.awaitText("[aria-label='Serving plan'] .tip", "a token waits");
                        }),
                new State("tables of Serve", "#screen=serve&run=2", ready, page -> {
                    for (int i = 0; i < 6; i++) {
                        page.clickOn(".tools [aria-pressed=false]");
                    }
                    page.awaitCount(".picture table", 6);
                }),
                new State("serve without sequences", "#screen=serve&run=8", ".nothing", page -> {}));
    }

    @Test
    void hasNothingAgainstTheResultsOfAQuery() {
        check(
                query("table", page -> {}),
                query("menu of a column", page -> {
                    page.focus("regular-table");
                    page.press(Keys.ARROW_DOWN);
                    page.press(Keys.ENTER);
                    page.click("Summarise");
                    page.find("[role=dialog] dl");
                }),
                query("plain table", page -> {
                    page.click("Page view");
                    page.find(".outcome .data tbody tr");
                }),
                query("intervals", page -> {
                    page.click("Accuracy by subject");
                    page.awaitText("[role=status]", "3 rows in");
                    page.click("Chart");
                    page.find("svg .interval");
                }),
                query("heatmap", page -> {
                    page.click("Expert utilisation");
                    page.awaitText("[role=status]", "64 rows in");
                    page.click("Chart");
                    page.find("canvas");
                }),
                query("heatmap of several rows a cell", page -> {
                    page.run("SELECT layer, expert, subject, share FROM subject_specialisation WHERE run_id = 1");
                    page.awaitText("[role=status]", "rows in");
                    page.click("Chart");
                    page.find(".combined");
                }),
                query("bars", page -> {
                    page.run("SELECT subject, COUNT(*) AS n FROM questions WHERE quiz = 'quiz' GROUP BY subject");
                    page.awaitText("[role=status]", "3 rows in");
                    page.click("Chart");
                    page.find("svg .bar");
                }),
                query("points", page -> {
                    page.run("SELECT entropy, margin FROM token_routing WHERE run_id = 1 AND layer = 0");
                    page.awaitText("[role=status]", "120 rows in");
                    page.click("Chart");
                    page.find("svg .mark");
                }),
                query("histogram", page -> {
                    page.run("SELECT entropy FROM token_routing WHERE run_id = 1");
                    page.awaitText("[role=status]", "480 rows in");
                    page.click("Chart");
                    page.find("svg .bar");
                }),
                query("no rows", page -> {
                    page.run("SELECT layer FROM experts WHERE layer = 99");
                    page.awaitText(".none", "No rows match.");
                }),
                query("menu of exports", page -> {
                    page.clickOn("[aria-label='Export all rows']");
                    page.find("[role=menuitem]");
                }),
                query("plan", page -> {
                    page.click("Plan");
                    page.click("Run and measure");
                    page.awaitText(".plan pre", "Total Time");
                }),
                query("error", page -> {
                    page.run("SELECT layr FROM experts");
                    page.find(".problem");
                    page.find(".cm-lintRange-error");
                    page.press(Keys.ESCAPE);
                }));
    }

    @Test
    void hasNothingAgainstWhatIsBesideAQuery() {
        check(
                query("parameters", page -> {
                    page.run("SELECT 1 AS x FROM layers WHERE layer = :layer AND :flag AND :day > DATE '2026-01-01'");
                    page.awaitText(".lacking", "Give a value for :layer, :flag and :day.");
                    page.clickOn("[aria-label='NULL for day']");
                    page.find("[aria-label='NULL for day'][aria-pressed=true]");
                }),
                query("tables", page -> {
                    page.clickOn("#tab-Tables");
                    page.clickOn("nav summary");
                    page.find("nav details[open] .column");
                }),
                query("search in tables", page -> {
                    page.clickOn("#tab-Tables");
                    page.typeInto("nav input", "wilson");
                    page.awaitText("nav .comment", "interval");
                }),
                query("history", page -> {
                    page.clickOn("#tab-History");
                    page.find("nav .sql");
                }),
                query("saved", page -> {
                    page.clickOn("#tab-Saved");
                    page.find("nav li");
                }),
                query("dialog to save", page -> {
                    page.awaitFocus(".cm-content");
                    page.press(Keys.CONTROL, "s");
                    page.find("dialog input");
                }),
                query("completion", page -> {
                    page.type("SELECT mean_mass FROM gate_entropy WHERE uniform_t");
                    page.find(".cm-tooltip-autocomplete li");
                }));
    }

    @Test
    void hasNothingAgainstAQueryThatRuns() {
        check(
                query("table while another runs", page -> {
                    page.run(ENDLESS);
                    page.awaitText("[role=status]", "Running");
                }),
                query("chart while another runs", page -> {
                    page.click("Accuracy by subject");
                    page.awaitText("[role=status]", "3 rows in");
                    page.click("Chart");
                    page.find("svg .interval");
                    page.run(ENDLESS);
                    page.awaitText("[role=status]", "Running");
                }));
    }

    @Test
    void hasNothingAgainstTheRuns() {
        String ready = "tbody .status";
        check(
                new State("runs", "#screen=runs", ready, page -> {}),
                new State("form to start one", "#screen=runs", ready, page -> {
                    page.click("Start a run");
                    page.find("form option");
                    page.clickOn("form summary");
                }),
                new State("dialog to delete one", "#screen=runs", ready, page -> {
                    page.clickOn("tbody .delete");
                    page.find("dialog input");
                }),
                new State("strip of a run", "#screen=runs", ready, page -> {
                    page.click("Start a run");
                    page.find("form option");
                    page.typeInto("form input[type=text]", "strip " + System.nanoTime());
                    page.clickOn("form .main");
                    page.awaitText(".strip", "questions");
                }));
    }

    @Test
    void hasNothingAgainstThePlainPage() {
        check(
                new State("plain page", "plain", "textarea", page -> {}),
                new State("rows on the plain page", "plain", "textarea", page -> {
                    page.typeInto(
                            "textarea", "SELECT subject, count(*) AS n, NULL AS x FROM questions GROUP BY subject");
                    page.clickOn("button");
                    page.find("table");
                }),
                new State("error on the plain page", "plain", "textarea", page -> {
                    page.typeInto("textarea", "SELECT layr FROM experts");
                    page.clickOn("button");
                    page.find(".problem");
                }));
    }

    private void check(State... states) {
        List<String> findings = new ArrayList<>();
        for (State state : states) {
            browser.go(URI.create(server.uri() + "plain"));
            browser.prefer("light");
            browser.go(URI.create(server.uri() + state.address()));
            browser.find(state.ready());
            browser.awaitGone(".picture[aria-busy=true], .outcome[aria-busy=true]");
            state.act().accept(browser);
            Set<String> colours = new HashSet<>();
            colours.add(browser.colour());
            browser.findings(axe).forEach(each -> findings.add(state.name() + ": " + each));
            browser.prefer("dark");
            colours.add(browser.colour());
            browser.findings(axe, OF_COLOURS).forEach(each -> findings.add("dark, " + state.name() + ": " + each));
            assertThat(colours).as("of %s, light and dark", state.name()).hasSize(2);
            cancelWhatRuns();
        }
        assertThat(findings).isEmpty();
    }

    /** A query that goes on takes the place of those of the next state. */
    private void cancelWhatRuns() {
        if (browser.texts("[role=status]").stream().anyMatch(text -> text.contains("Running"))) {
            browser.press(Keys.ESCAPE);
            browser.awaitText("[role=status]", "Cancelled");
        }
    }

    private static State picture(String place, String ready) {
        return new State(place, "#screen=explore&run=2&picture=" + place, ready, page -> {});
    }

    private static State query(String name, Consumer<Browser> act) {
        return new State(name, "#screen=query&run=2", CELLS, act);
    }

    /**
     * A screen and what is done on it.
     *
     * @param address of the screen, after the server's
     * @param ready what is there when the screen has its data
     */
    private record State(String name, String address, String ready, Consumer<Browser> act) {}
}
