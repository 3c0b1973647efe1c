package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.store.SeededFile;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/**
 * Every screen and picture over a file with an own run, a cancelled run, imports of five kinds and a run that generates
 * text: no NaN, no box that stays empty without a reason, no message in the browser's console.
 */
final class TestImportedRuns {
    private static final int FIRST_IMPORT = 3;
    private static final int VLLM = FIRST_IMPORT;
    private static final int SGLANG = FIRST_IMPORT + 1;
    private static final int ROUTER_LOGITS = FIRST_IMPORT + 2;
    private static final int IMATRIX = FIRST_IMPORT + 3;
    private static final int LAST_IMPORT = FIRST_IMPORT + 4;
    private static final int WRITES = LAST_IMPORT + 1;
    private static final List<String> SCOPES = List.of("", "&scope=last_prompt");
    private static final List<String> SCREENS = List.of(
            "overview",
            "explore&picture=subjects",
            "explore&picture=coactivation",
            "explore&picture=transitions",
            "explore&picture=comparison&other=1",
            "explore&picture=comparison&other=3",
            "explore&picture=comparison&other=5",
            "explore&picture=questions",
            "serve",
            "serve&cache=layer&layer=1&megabytes=2&gigabytes=0.01&bandwidth=1&batch=2",
            "expert&layer=0&expert=0",
            "expert&layer=1&expert=3",
            "run");

    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.over(
            folder -> {
                TestingServer server = TestingServer.start(folder);
                SeededFile.addCancelledRun(server.store(), "stopped", 10, 8);
                ImportedRuns.add(server.store());
                SeededFile.addWritingRun(server.store(), "writes", 11);
                return server;
            },
            "#screen=overview&run=1",
            page -> page.find(".tokens .token"));

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    /** Every screen of every run, each with one of the scopes in turn, so that each screen has every scope several times. */
    @Test
    void walkEveryScreenWithoutANumberThatIsNone() {
        for (int run = 1; run <= WRITES; run++) {
            List<String> scopes = run == WRITES ? List.of("", "&scope=prompt", "&scope=generated") : SCOPES;
            for (int i = 0; i < SCREENS.size(); i++) {
                walk(SCREENS.get(i), run, scopes.get((run + i) % scopes.size()));
            }
        }
        // It is the same for all runs.
        walk("runs", VLLM, "");
    }

    /** The actions are its last column, and a cancelled run has the most of them. */
    @Test
    void theTableOfRunsFitsItsWindow() {
        browser.resize(1280, 900);
        browser.enter("#screen=runs&run=" + VLLM);
        browser.awaitText("tbody .quiz", "from ");
        browser.awaitInside(".runs table", ".runs .scroll");
    }

    private void walk(String screen, int run, String scope) {
        String address = "#screen=%s&run=%d%s".formatted(screen, run, scope);
        browser.enter(address);
        browser.awaitAddress("run=" + run);
        browser.find("main > *");
        browser.awaitGone(".picture[aria-busy=true]");
        browser.awaitGone(".waiting");
        assertThat(browser.marks("NaN", "undefined", "Infinity")).as(address).isEmpty();
        assertThat(browser.emptyBoxes()).as(address).isEmpty();
        assertThat(browser.severeMessages()).as(address).isEmpty();
    }

    /** Figures that an import lacks are NULL in the views. */
    @Test
    void drawChartsOfWhatTheyLack() {
        browser.enter("#screen=query&run=" + VLLM);
        browser.awaitText("[role=status]", " in ");
        browser.clickOn(".kinds button:nth-child(2)");
        for (int run = 1; run <= WRITES; run++) {
            for (String view : List.of(
                    "gate_entropy",
                    "expert_utilisation",
                    "expert_accuracy",
                    "routing_margins",
                    "run_load",
                    "layer_load")) {
                ask("SELECT * FROM %s WHERE run_id = %d AND scope = 'prompt'".formatted(view, run));
                browser.awaitText(".cm-content", "FROM %s WHERE run_id = %d".formatted(view, run));
                browser.awaitText("[role=status]", " in ");
                browser.awaitGone("[aria-label=Result][aria-busy=true]");
                String named = "%s of run %d".formatted(view, run);
                assertThat(browser.texts(".problem")).as(named).isEmpty();
                assertThat(browser.marks("NaN", "Infinity")).as(named).isEmpty();
                assertThat(browser.emptyBoxes()).as(named).isEmpty();
                assertThat(browser.severeMessages()).as(named).isEmpty();
            }
        }
        ask("SELECT layer, mean_token_entropy FROM gate_entropy WHERE run_id = " + VLLM);
        browser.awaitText(".plot .none", "mean_token_entropy has no number, so there is nothing to draw.");
        ask("SELECT expert, accuracy, wilson_low, wilson_high FROM expert_accuracy"
                + " WHERE run_id = 1 AND scope = 'prompt' AND layer = 0");
        browser.awaitText(".plot .tick", "no value");
        browser.awaitCount(".plot .interval", SeededFile.EXPERTS - 1);
    }

    /** Without typing, at each letter of which the editor would look for completions. */
    private void ask(String sql) {
        browser.paste(sql);
        browser.press(Keys.CONTROL, Keys.ENTER);
    }

    @Test
    void sayWhatIsNotRecordedAndWhy() {
        browser.enter("#screen=overview&run=" + VLLM);
        browser.awaitText(
                "[aria-label='Accuracy by expert'] .nothing",
                "Not recorded: the vllm files that run 3 was imported from have no answers.");
        browser.awaitText("[aria-label='Router entropy'] .nothing", "have no router probabilities");
        browser.awaitText("[aria-label='Expert utilisation'] .about", "n = 25 tokens of 5 sequences.");
        browser.awaitText(".facts .note", "have no answers");
        browser.awaitText(".facts .note", "served; imported from vllm");
        browser.awaitCount("[aria-label='Prompt tokens'] .token", 5);
        browser.awaitText("[aria-label='Prompt tokens'] .about", "have no weights of experts");
        browser.enter("#screen=overview&run=" + SGLANG);
        browser.awaitText("[aria-label='Prompt tokens'] .nothing", "have no token ids");
        browser.enter("#screen=overview&run=%d&scope=last_prompt".formatted(SGLANG));
        browser.awaitText("[aria-label='Expert utilisation'] .nothing", "try all prompt tokens");
        browser.enter("#screen=overview&run=" + ROUTER_LOGITS);
        browser.awaitText(".facts .note", "3 of 5 correct");
        browser.find("[aria-label='Router entropy'] .dot");
        browser.enter("#screen=overview&run=" + IMATRIX);
        browser.awaitText("[aria-label='Prompt tokens'] .nothing", "counts of experts only, no sequences");
        browser.awaitText(".facts .note", "over 10 tokens");
    }

    @Test
    void sayWhatCannotBeServed() {
        browser.enter("#screen=serve&run=" + VLLM);
        browser.awaitText("[aria-label='Expert cache'] .about", "n = 100 uses by 25 tokens");
        browser.awaitText("[aria-label='Placement on devices'] .nothing", "fewer than two batches of 8 sequences");
        browser.enter("#screen=serve&batch=2&run=" + VLLM);
        browser.awaitText("[aria-label='Placement on devices'] .about", "n = 2 batches of 2 sequences");
        browser.awaitText("[aria-label='Placement on devices'] .about", "An interval needs 30 batches");
        browser.enter("#screen=serve&run=" + IMATRIX);
        for (String picture :
                List.of("Expert cache", "Serving plan", "Hot set", "Caches by layer", "Placement on devices")) {
            browser.awaitText("[aria-label='%s'] .nothing".formatted(picture), "counts of experts only, no sequences");
        }
        // A batch of tokens at random follows from the counts.
        browser.awaitText("[aria-label='Working set'] .about", "n = 10 tokens");
    }

    @Test
    void listTheirSequencesAsQuestions() {
        browser.enter("#screen=explore&picture=questions&run=" + VLLM);
        browser.awaitText(".list .count", "5 sequences");
        browser.awaitText(".question .about", "no answer recorded");
        browser.awaitCount("[aria-label='Routing of the question'] canvas", 1);
        browser.awaitText("[aria-label='Nearest questions'] .nothing", "have no weights of experts");
        browser.awaitCount("[aria-label='Prompt tokens'] .token", 5);
        browser.enter("#screen=explore&picture=questions&run=" + IMATRIX);
        browser.awaitText(".list .count", "0 sequences");
        browser.awaitText(".question", "counts of experts only, no sequences");
    }
}
