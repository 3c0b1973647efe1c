package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.store.SeededFile;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** The second screen of a run in a real browser: one picture at a time, over a file with two runs, a cancelled one and another quiz. */
final class TestExplore {
    /** Pictures that query a table function, with the run and question 3. */
    private static final Map<String, String> FUNCTIONS = Map.of(
            "Nearest questions",
            "nearest_questions(1, 3,",
            "Prompt tokens",
            "tokens_of_question(1, 3,",
            "Utilisation difference",
            "utilisation_difference_of_questions(1, 2,",
            "Routing mismatch",
            "routing_mismatch(1, 2)",
            "Changed answers",
            "changed_answers(1, 2)");

    /** Of MMLU. */
    private static final String LONGEST_SUBJECT = "high_school_government_and_politics";

    private static final String PROMPT = "[aria-label='Prompt tokens']";

    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.over(
            folder -> {
                TestingServer server = ConsoleBrowser.withTwoRuns(TestingServer.start(folder));
                SeededFile.addCancelledRun(server.store(), "stopped", 9, 8);
                SeededFile.addRunOver(server.store(), "long subjects", 10, List.of("law", LONGEST_SUBJECT));
                return server;
            },
            "#screen=explore&run=1&layer=2",
            page -> page.find("canvas"));

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void tellsTheSubjectsOfAnExpert() {
        browser.awaitText(
                ".about", "Layer 2: share of each subject's tokens sent to the expert, relative to uniform (4/16)");
        browser.awaitText(".about", "n = 24 tokens of 3 subjects");
        browser.click("Clustered");
        browser.focus(".keys");
        browser.press(Keys.END);
        browser.awaitText("[role=status]", "arithmetic, expert 15, never fired");
        browser.press(Keys.ARROW_LEFT);
        browser.press(Keys.ENTER);
        browser.awaitAddress("expert=14", "subject=arithmetic");
        browser.clickOn("[aria-label='Open as SQL']");
        browser.awaitText("[role=status]", "rows in");
        browser.awaitText(".cm-content", "FROM subject_specialisation");
    }

    @Test
    void leavesRoomForLongSubjects() {
        for (int width : new int[] {1280, 1920}) {
            browser.resize(width, 1080);
            browser.enter("#screen=explore&run=4&layer=1&picture=subjects");
            browser.awaitText(".figure .tick", LONGEST_SUBJECT);
            browser.awaitApart(".figure .title", ".figure .tick");
            browser.awaitInside(".figure .tick[text-anchor=end]", ".figure");
        }
    }

    @Test
    void fitsALargeScreen() {
        browser.resize(1920, 1080);
        for (String picture : List.of("subjects", "coactivation", "transitions")) {
            browser.enter("#screen=explore&run=1&layer=1&picture=" + picture);
            browser.find(".pictures button[aria-pressed=true]");
            browser.awaitGone(".picture[aria-busy=true]");
            browser.awaitInside(".picture", "main");
        }
    }

    @Test
    void tellsWhichExpertsAreChosenTogether() {
        browser.click("Co-activation");
        browser.awaitText(
                ".about",
                "Layer 2: how much more often two experts are chosen for the same token than if they were independent");
        browser.click("Clustered");
        browser.focus(".keys");
        browser.press(Keys.HOME);
        browser.press(Keys.ARROW_RIGHT);
        browser.awaitText("[role=status]", "Expert 0 with 1");
        browser.press(Keys.ARROW_LEFT);
        browser.awaitText("[role=status]", "Expert 0");
    }

    @Test
    void stepsFromLayerToLayer() {
        browser.clickOn("[aria-label='Next layer']");
        browser.awaitAddress("layer=3");
        browser.awaitText(".about", "Layer 3: share of each subject's tokens");
        assertThat(browser.find("[aria-label='Next layer']").isEnabled()).isFalse();
        browser.clickOn("[aria-label='Previous layer']");
        browser.awaitText(".about", "Layer 2: share of each subject's tokens");
        // Choosing a picture moves none of the buttons.
        String width = browser.style(".pictures button:nth-child(2)", "width");
        browser.click("Co-activation");
        browser.find(".pictures button:nth-child(2)[aria-pressed=true]");
        assertThat(browser.style(".pictures button:nth-child(2)", "width")).isEqualTo(width);
    }

    /** Half of the experts of a layer may never fire. */
    @Test
    void leavesOutExpertsThatNeverFired() {
        browser.find("[aria-label*='16 columns']");
        browser.click("Hide unused");
        browser.find("[aria-label*='15 columns']");
    }

    @Test
    void followsTokensFromLayerToLayer() {
        browser.click("Transitions");
        browser.find(".node");
        browser.awaitText(".about", "layers 0, 1, 2, 3");
        // Ten experts and the rest in each of four layers.
        browser.awaitCount(".node", 44);
        browser.focus(".node");
        browser.press(Keys.ENTER);
        browser.awaitAddress("layer=0");
        browser.find(".band.lit");
    }

    @Test
    void comparesTwoRuns() {
        browser.click("Run comparison");
        browser.awaitAddress("other=2");
        browser.awaitText(".about", "utilisation in first (run 1) divided by that in second (run 2)");
        browser.awaitText(".about", "over the questions that both answered");
        browser.awaitText(
                ".about",
                "the share that both runs chose, by layer; by chance 25.0%. Last prompt token: n = 24 tokens.");
        browser.awaitText(".about", "n = 24 questions that both runs answered");
        browser.focus(".keys");
        browser.press(Keys.END);
        browser.awaitText("[role=status]", "Layer 0, expert 15, first (run 1): 0.0% of tokens, second (run 2): 0.0%");
        browser.click("All prompt tokens");
        browser.awaitText(".about", "Prompt tokens, at the same position: n = 120 tokens.");
        browser.awaitText(".about", "Prompt tokens: n = 120 and 120 tokens.");
        browser.pick(".pickers label:last-of-type select", "colours");
        browser.awaitText(".about", "Prompt tokens: n = 40 and 40 tokens of colours.");
    }

    @Test
    void testsTheDifferenceAndListsTheChangedAnswers() {
        browser.enter("#screen=explore&run=1&other=2&picture=comparison");
        browser.awaitText(".outcome", "Over the 24 questions that both answered, the accuracy is");
        browser.awaitText(".outcome", "McNemar's exact test: p = ");
        browser.awaitText(".outcome", "Both runs have the same model, quiz, prompts, precision and interventions.");
        browser.awaitText(".below-figure", "first (run 1)");
        String changed = "[aria-label='Changed answers, by question']";
        browser.find(changed + " tbody tr");
        int rows = browser.texts(changed + " tbody tr").size();
        browser.awaitText("[aria-label='Changed answers'] .about", "n = %d question".formatted(rows));
        browser.clickOn(changed + " tbody button");
        browser.awaitAddress("picture=questions", "question=");
        // There, the experts of its tokens are compared one by one.
        browser.click("Difference from second (run 2)");
        browser.awaitText(
                PROMPT + " .about",
                "that second (run 2) did not choose for the token; at least one differs for 5 of n = 5 routed tokens.");
        browser.focus(PROMPT + " .token");
        browser.awaitText(PROMPT + " .focused", "In second (run 2): experts ");
        browser.awaitText(".question .about", "Question ");
    }

    @Test
    void subtractsTheResultsOfAQuery() {
        browser.enter("#screen=explore&run=1&other=2&picture=comparison");
        String picture = "[aria-label='Difference of a query']";
        browser.awaitText(picture + " .nothing", "Choose an example or a saved query that names a run");
        browser.pick("[aria-label='Query to compare']", "Accuracy by subject");
        browser.awaitAddress("query=Accuracy%20by%20subject");
        browser.awaitText(
                picture + " .about",
                "n = 3 rows that both have; 0 rows only in first (run 1), 0 rows only in second (run 2).");
        browser.pick(picture + " .options select", "accuracy");
        browser.awaitText(picture + " .options", "of 3 (not corrected for multiple comparisons)");
        browser.awaitCount(picture + " tbody tr", 3);
        List<String> cells = browser.texts(picture + " tbody tr:first-child td");
        assertThat(Double.parseDouble(cells.get(1)) - Double.parseDouble(cells.get(2)))
                .as("the largest difference comes first: %s", cells)
                .isCloseTo(Double.parseDouble(cells.get(3).replace('\u2212', '-')), Offset.offset(1e-6));
        assertThat(cells.get(4)).as("its interval").matches("[-+\u2212]?[0-9.]+ to [-+\u2212]?[0-9.]+");
        // The address names the query, so a link shows the same difference.
        browser.reload();
        browser.awaitText(picture + " .about", "n = 3 rows that both have");
        browser.enter("#screen=explore&run=1&other=2&picture=comparison&query=no%20such");
        browser.awaitText(picture + " [role=alert]", "There is no query “no such” in this file.");
    }

    /** Run 3 was cancelled after eight questions: only those are compared. */
    @Test
    void comparesOnlyTheQuestionsThatBothRunsAnswered() {
        browser.enter("#screen=explore&run=1&other=3&picture=comparison");
        browser.awaitText(".outcome", "Over the 8 questions that both answered");
        browser.awaitText(".outcome td", "8 of 24 questions");
        browser.awaitText("[aria-label='Utilisation difference'] .about", "n = 8 and 8 tokens.");
        browser.awaitText("[aria-label=Saturation] .about", "n = 8 tokens.");
        browser.awaitText(
                "[aria-label='Routing mismatch'] .about",
                "All prompt tokens that both runs recorded, not only the last of each prompt: n = 160 decisions");
        browser.enter("#screen=explore&run=1&other=99&picture=comparison");
        browser.awaitText(".with [role=alert]", "There is no run 99 in this file.");
    }

    /** An address that names no question, entered while another picture is there. */
    @Test
    void comesToAQuestionFromAnotherPictureByItsAddress() {
        browser.enter("#screen=explore&run=1&layer=2&picture=questions");
        browser.find(".near button");
        browser.find(".token");
        browser.awaitGone(".picture[aria-busy=true]");
        browser.awaitAddress("question=1&");
        browser.enter("#screen=explore&run=1&layer=2&picture=questions&question=99");
        browser.awaitText(".question", "Run 1 has no answer to question 99");
        browser.awaitGone(".picture[aria-busy=true]");
    }

    @Test
    void showsAQuestionWithItsRouteAndItsNearest() {
        browser.click("Questions");
        browser.awaitText("h2", "Question 0?");
        browser.awaitCount("ol li", 4);
        browser.awaitText("ol li", "ln p -0.90");
        browser.awaitText("[role=status]", "24 questions");
        browser.awaitCount(".near button", 10);
        browser.typeInto("input[type=search]", "question 23");
        browser.awaitText("[role=status]", "1 question");
        browser.clickOn(".list ul button");
        browser.awaitText("h2", "Question 23?");
        browser.awaitAddress("question=24");
        browser.clickOn(".near button");
        browser.awaitText(".question .about", "Question ");
        browser.typeInto("input[type=search]", "no such question");
        browser.awaitText("[role=status]", "0 questions");
        assertThat(browser.texts(".question h2")).as("the question stays").hasSize(1);
        browser.pick("[aria-label='Filter by answer']", "Wrong");
        browser.typeInto("input[type=search]", "question");
        browser.awaitText(".list .mark", "\u2717");
        assertThat(browser.texts(".list .mark")).containsOnly("\u2717");
    }

    @Test
    void opensEveryPictureAsSql() {
        Map<String, List<String>> pictures = Map.of(
                "subjects", List.of("Utilisation by subject"),
                "coactivation", List.of("Co-activation"),
                "transitions", List.of("Transitions"),
                "comparison",
                        List.of(
                                "Utilisation difference",
                                "Saturation",
                                "Accuracy by subject",
                                "Routing mismatch",
                                "Changed answers"),
                "questions", List.of("Routing of the question", "Nearest questions", "Prompt tokens"));
        pictures.forEach((place, titles) -> titles.forEach(title -> {
            String picture = "[aria-label='%s']".formatted(title);
            browser.enter("#screen=explore&run=1&other=2&layer=2&question=3&scope=prompt&picture=" + place);
            browser.awaitText(picture + " .about", "n = ");
            browser.clickOn(picture + " [aria-label='Open as SQL']:enabled");
            // The statement before is there until the screen is.
            browser.awaitFocus(".cm-content");
            browser.awaitText(".cm-content", FUNCTIONS.getOrDefault(title, "run_id = 1"));
            browser.awaitText(".bar [role=status]", " in ");
            browser.awaitGone("[aria-label=Result][aria-busy=true]");
            assertThat(browser.texts(".problem")).as(title).isEmpty();
            assertThat(browser.texts("regular-table td")).as(title).isNotEmpty();
        }));
    }
}
