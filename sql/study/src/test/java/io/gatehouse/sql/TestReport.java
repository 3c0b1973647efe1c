package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.study.Study;
import io.gatehouse.study.Study.Absence;
import io.gatehouse.study.Study.Evidence;
import io.gatehouse.study.report.HtmlReport;
import io.gatehouse.study.report.MarkdownReport;
import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** What the report says of runs written by hand: one layer of four experts, two of them selected. */
final class TestReport {
    private static final String WITHIN = "Accuracy by expert within subjects";

    /** Expert 0 is in all questions but one: what it differs by rests on that one question. */
    @Test
    void nothingRestsOnAComparisonGroupBelowTheFloor() throws Exception {
        HandMadeRouting routing = run();
        for (int question = 1; question <= 70; question++) {
            routing.question(
                    1,
                    question,
                    "s",
                    question % 4 == 0 || question == 70,
                    question == 70 ? "1:.5 2:.25" : "0:.5 1:.25");
        }
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            Study study = Study.of(engine, 1);
            assertThat(study.absent()).extracting(Absence::title).contains("Accuracy by expert", WITHIN);
            assertThat(HtmlReport.of(study))
                    .contains("no expert fired in at least 30 questions and did not fire in at least 30 others")
                    .doesNotContain("percentage points");
        }
    }

    @Test
    void aDifferenceStandsWithItsInterval() throws Exception {
        try (RoutingFile file = halves(question -> question % 2 == 0);
                QueryEngine engine = new QueryEngine(file::reader)) {
            String text = MarkdownReport.of(Study.of(engine, 1));
            assertThat(text)
                    .contains("is that of expert **0** in layer **0**: **+100.0 percentage points** (95% CI"
                            + " **+87.6** to **+100.0 percentage points**; **40** questions against **40**)")
                    .contains("Within subjects, its difference is **+100.0 percentage points**")
                    .contains("by a median of **100.0 percentage points** and a mean of **100.0 percentage points**")
                    .doesNotContain("None of the");
        }
    }

    @Test
    void whatItsIntervalDoesNotSupportIsNotSaid() throws Exception {
        try (RoutingFile file = halves(question -> question % 4 < 2);
                QueryEngine engine = new QueryEngine(file::reader)) {
            String text = MarkdownReport.of(Study.of(engine, 1));
            assertThat(text)
                    .contains("None of the **2** experts with at least **30** questions in both groups")
                    .contains("For **0** of them, accuracy differs between these two groups of questions")
                    .doesNotContain("percentage points", "Among those that differ");
        }
    }

    @Test
    void aPartialRunSaysSo() throws Exception {
        try (RoutingFile file = halves(question -> question % 2 == 0)) {
            try (Connection connection = file.writer();
                    Statement statement = connection.createStatement()) {
                statement.execute(
                        "UPDATE runs SET status = 'cancelled', questions = 1560, interventions = 'mask 0:3; top-k 1'");
            }
            try (QueryEngine engine = new QueryEngine(file::reader)) {
                Study study = Study.of(engine, 1);
                assertThat(HtmlReport.of(study))
                        .contains("Partial run: cancelled, 80 of 1,560 questions answered.")
                        .contains("interventions: mask 0:3; top-k 1");
                assertThat(MarkdownReport.of(study))
                        .contains("| Interventions | mask 0:3; top-k 1 (layer:expert) |")
                        .contains("**1** expert is masked in this run and cannot fire")
                        .contains("out of **3**, over **80** tokens", "**1** masked expert cannot be loaded")
                        .doesNotContain("a uniform router would leave");
            }
        }
    }

    /** It would be wrong to say that the run recorded less than others. */
    @Test
    void aRunThatKeptNothingGivesNoOtherReasons() throws Exception {
        try (RoutingFile file = run().file()) {
            try (Connection connection = file.writer();
                    Statement statement = connection.createStatement()) {
                statement.execute("UPDATE runs SET status = 'cancelled'");
            }
            try (QueryEngine engine = new QueryEngine(file::reader)) {
                assertThat(Study.of(engine, 1).absent())
                        .filteredOn(absence -> absence.reason().contains("recorded"))
                        .isEmpty();
                assertThat(MarkdownReport.of(Study.of(engine, 1))).contains("no routing decision is stored");
            }
        }
    }

    @Test
    void theCommandRepeatsTheRun() throws Exception {
        try (RoutingFile file = halves(question -> question % 2 == 0)) {
            try (Connection connection = file.writer();
                    Statement statement = connection.createStatement()) {
                statement.execute("UPDATE runs SET prompt_format = 'hendrycks+chat', shots = 5, norms = true,"
                        + " probabilities = 'last_prompt', interventions = 'mask 0:3,0:2; top-k 1', name = 'a b'");
            }
            try (QueryEngine engine = new QueryEngine(file::reader)) {
                assertThat(Study.of(engine, 1).run().command())
                        .isEqualTo("gatehouse run --model m --quiz quiz --db FILE --name 'a b' --limit 3 --subjects s,t"
                                + " --shots 5 --format hendrycks --chat --record prompt --probabilities last_prompt"
                                + " --norms --precision exact --device cpu --mask 0:3,0:2 --top-k 1");
            }
        }
    }

    @Test
    void figuresHaveNumbersCaptionsAndReferences() throws Exception {
        try (RoutingFile file = halves(question -> question % 2 == 0);
                QueryEngine engine = new QueryEngine(file::reader)) {
            String page = HtmlReport.of(Study.of(engine, 1));
            assertThat(page)
                    .contains("<b>Figure 1.</b> Accuracy by subject.", "<b>Figure 2.</b>", "<b>Table 1.</b>")
                    .contains(
                            "arXiv:2502.17187",
                            ">Accuracy (%)<",
                            ">Effective experts<",
                            ">all experts equally loaded<");
        }
    }

    /** Of text that the run generated there is a series and a sentence of its own in each figure that has scopes. */
    @Test
    void generatedTokensAreNotCountedAsPromptTokens() throws Exception {
        HandMadeRouting routing = run();
        for (int question = 1; question <= 3; question++) {
            routing.question(1, question, "s", true, "0:.5 1:.25").generated(1, question, 1, "2:.5 3:.25");
        }
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            Study study = Study.of(engine, 1);
            List<Evidence> byTokens = study.figures().stream()
                    .filter(evidence -> evidence.detail().columns().contains("tokens"))
                    .toList();
            assertThat(byTokens)
                    .extracting(evidence -> evidence.figure().title())
                    .containsExactly("Load balance", "Near ties");
            for (Evidence evidence : byTokens) {
                assertThat(evidence.detail().rows())
                        .extracting(row -> row.get(evidence.detail().column("tokens")))
                        .as(evidence.figure().title())
                        .containsExactly("all prompt tokens", "generated tokens", "last prompt token");
            }
            assertThat(HtmlReport.of(study))
                    .contains(
                            "Over <data>3</data> generated tokens, <data>2</data> of <data>4</data> experts are unused.")
                    .contains("Over the generated tokens, <data>0.0%</data> of the decisions have a margin below")
                    .contains("selected experts, generated tokens");
        }
    }

    @Test
    void sentencesOfOneQuestionAreSingular() throws Exception {
        HandMadeRouting routing = run().question(1, 1, "s", true, "0:.5 1:.25");
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String text = MarkdownReport.of(Study.of(engine, 1));
            assertThat(text)
                    .contains("**m** answered **1** question of **1** subject, **100.0%** correctly")
                    .contains("chance **50.0%**).", "**1** of **1** answer is correct: **100.0%** (95% CI")
                    .contains(
                            "**2** of **4** experts (**50.0%**) never fired in **1** prompt; a uniform router would leave **2.0**.")
                    .as("one layer is not a range of layers")
                    .doesNotContain("whose values range from", "the values of the layers range from");
        }
    }

    /** Answers without choices have no chance, but an accuracy. */
    @Test
    void accuracyDoesNotNeedChance() throws Exception {
        HandMadeRouting routing =
                run().question(1, 1, "s", true, "0:.5 1:.25").and("UPDATE questions SET choices = [];");
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(MarkdownReport.of(Study.of(engine, 1)))
                    .contains("**100.0%** correctly (95% CI **20.7%** to **100.0%**).")
                    .doesNotContain("By chance");
        }
    }

    @Test
    void timesAreThoseOfUtcToTheMinute() throws Exception {
        HandMadeRouting routing = run().question(1, 1, "s", true, "0:.5 1:.25")
                .and("UPDATE runs SET started_at = TIMESTAMP '2026-01-02 03:04:05.678901';");
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            Study study = Study.of(engine, 1);
            assertThat(MarkdownReport.of(study)).contains("| Started | 2026-01-02 03:04 UTC |");
            assertThat(HtmlReport.of(study)).contains("2026-01-02 03:04 UTC").doesNotContain("03:04:05");
        }
    }

    /** Expert 0 fires in even questions, expert 2 in odd ones, expert 1 in all; a question is right if it is said to be. */
    private static RoutingFile halves(IntPredicate right) throws Exception {
        HandMadeRouting routing = run();
        for (int question = 1; question <= 80; question++) {
            routing.question(
                    1,
                    question,
                    question <= 40 ? "s" : "t",
                    right.test(question),
                    question % 2 == 0 ? "0:.5 1:.25" : "1:.5 2:.25");
        }
        return routing.file();
    }

    private static HandMadeRouting run() {
        return new HandMadeRouting().run(1, "a", 1, 4, 2, "prompt");
    }
}
