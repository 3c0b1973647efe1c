package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.client.Query;
import io.gatehouse.client.Relation;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.client.StatementShape;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.study.Part;
import io.gatehouse.study.Study;
import io.gatehouse.study.Study.Absence;
import io.gatehouse.study.report.HtmlReport;
import io.gatehouse.study.report.MarkdownReport;
import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** What the reports of the parts say of runs written by hand: one layer of four experts, two of them selected. */
final class TestPartReports {
    private static final String PLACEMENT = "Placement of experts on devices";
    private static final String GENERATED = "Prompt against generated tokens";

    /** Two experts have all of the load; with copies on all devices each has a quarter. */
    @Test
    void aPlacementThatItsIntervalSupportsIsRecommended() throws Exception {
        assertThat(serving(questions(240, question -> "0:.5 1:.25")))
                .contains(
                        "the mean load per device is **50.0%** of the largest at prompt tokens.",
                        "By the 95% interval, that saves time in **1** of **1** layer and costs time in **0**; in **0** it"
                                + " is unclear.",
                        "The largest saving is **");
    }

    @Test
    void aPlacementThatItsIntervalDoesNotSupportIsNot() throws Exception {
        String report = serving(questions(
                240, question -> "%d:.5 %d:.25".formatted(question % 4, question % 4 == 3 ? 0 : question % 4 + 1)));
        assertThat(report)
                .contains("that saves time in **0** of **1** layer and costs time in **0**; in **1** it is unclear.")
                .doesNotContain("The largest saving");
    }

    @Test
    void anIntervalOfFewBatchesIsNotShown() throws Exception {
        assertThat(serving(questions(239, question -> "0:.5 1:.25")))
                .contains("- " + PLACEMENT
                        + ": fewer than 240 questions have routing, which would be 30 batches of eight\n")
                .doesNotContain("### " + PLACEMENT);
    }

    @Test
    void generatedTokensThatAreRoutedOtherwiseAreNamedWithAnInterval() throws Exception {
        assertThat(serving(generated(100, question -> question <= 90)))
                .contains(
                        "**4** of **4** experts fire at a different share of the generated tokens",
                        "which fires at **10.0%** of the generated and **100.0%** of the prompt tokens:"
                                + " **-90.0 percentage points** (95% CI **-94.5** to"
                                + " **-81.7 percentage points**).",
                        "Over **100** **generated** tokens, an LRU cache",
                        "| Tokens recorded | all prompt tokens and generated tokens |");
    }

    @Test
    void generatedTokensThatAreRoutedAlikeAreNot() throws Exception {
        assertThat(serving(generated(100, question -> false)))
                .contains("**0** of **4** experts fire at a different share of the generated tokens")
                .doesNotContain("The largest of these differences");
        assertThat(serving(generated(99, question -> question <= 90)))
                .contains(GENERATED + ": fewer than 100 questions have generated tokens")
                .doesNotContain("fire at a different share");
    }

    /** Without generated tokens, those of the prompts stand for them. */
    @Test
    void sentencesSayWhichTokensAreReplayed() throws Exception {
        assertThat(serving(questions(4, question -> "0:.5 1:.25")))
                .contains("Over **4** **prompt** tokens, an LRU cache for **2** of the **4** experts serves")
                .contains(
                        "The **1** busiest expert of each layer in other questions serves **50.0%** of the uses by **prompt**"
                                + " tokens")
                .contains("- " + GENERATED
                        + ": the run has no generated tokens with routing (gatehouse run --max-new-tokens)\n");
    }

    @Test
    void whatOnlyLastTokensCannotShowIsSaid() throws Exception {
        HandMadeRouting run = new HandMadeRouting().run(1, "a", 1, 4, 2, "last_prompt");
        for (int question = 1; question <= 4; question++) {
            run.question(1, question, "s", true, "0:.5 1:.25");
        }
        try (RoutingFile file = run.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(Study.of(engine, 1, Part.SERVING).absent())
                    .contains(new Absence(
                            "cache",
                            "Cache of experts",
                            "of each prompt, only the last token was recorded, and there is no generated token"))
                    .contains(new Absence(
                            "batch_load", "Uneven batches", "of each prompt, only the last token was recorded"));
            assertThat(Study.of(engine, 1, Part.COMPRESSION).absent())
                    .contains(new Absence(
                            "reliability",
                            "Reliability of rankings",
                            "of each prompt, only the last token was recorded"))
                    .contains(new Absence(
                            "merging",
                            "Experts with similar weights",
                            "the file has no weights of the checkpoint (gatehouse model CHECKPOINT --db FILE)"));
        }
    }

    @Test
    void aReportSaysWhichPartItIs() throws Exception {
        try (RoutingFile file = questions(4, question -> "0:.5 1:.25").file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String compression = HtmlReport.of(Study.of(engine, 1, Part.COMPRESSION));
            assertThat(compression)
                    .contains(
                            "<div class=\"kicker\">Compression report</div>",
                            "<title>How “m” routes “quiz”: compression</title>",
                            "This report is for those who quantise, prune, merge or fine-tune experts",
                            "gatehouse study --db FILE --run a --part compression",
                            "<h2>References</h2>")
                    .doesNotContain("those who serve", "false discovery rate");
            assertThat(MarkdownReport.of(Study.of(engine, 1, Part.SERVING)))
                    .contains("(`gatehouse study --part serving --format html`)", "This report is for those who serve")
                    .contains("**expert_cache.** One row per cache and number of slots")
                    .doesNotContain("[1]", "## References");
            assertThat(HtmlReport.of(Study.of(engine, 1)))
                    .contains("<div class=\"kicker\">Routing report</div>", "<title>How “m” routes “quiz”</title>")
                    .doesNotContain("This report is for", "--part");
        }
    }

    /** As where a run is too large for Belady's policy, which holds all of its decisions. */
    @Test
    void aFigureThatNeedsTooMuchIsLeftOutWithTheReason() throws Exception {
        try (RoutingFile file = questions(4, question -> "0:.5 1:.25").file();
                QueryEngine engine = new QueryEngine(file::reader);
                Session hurried = new Hurried(new EngineSession(engine, () -> {}), "'belady'")) {
            Study study = Study.of(hurried, 1, Part.SERVING);
            assertThat(study.absent())
                    .filteredOn(absence -> absence.name().equals("cache"))
                    .singleElement()
                    .extracting(Absence::reason)
                    .asString()
                    .startsWith("its SQL ended with an error: ")
                    .doesNotEndWith(".");
            assertThat(study.figures())
                    .extracting(evidence -> evidence.figure().name())
                    .contains("loads", "hot_set");
            assertThatThrownBy(() -> Study.of(new Hurried(hurried, "FROM answers"), 1, Part.SERVING))
                    .as("what the report itself asks")
                    .isInstanceOf(GatehouseException.class);
        }
    }

    /** Gives statements with some text no time. */
    private record Hurried(Session session, String text) implements Session {
        @Override
        public Rows query(Query query) {
            return session.query(
                    query.sql().contains(text)
                            ? new Query(
                                    query.sql(), query.parameters(), Optional.of(Duration.ofNanos(1)), query.maxRows())
                            : query);
        }

        @Override
        public StatementShape shape(String sql) {
            return session.shape(sql);
        }

        @Override
        public List<Relation> relations() {
            return session.relations();
        }

        @Override
        public String version() {
            return session.version();
        }

        @Override
        public boolean isAlive(Duration timeout) {
            return session.isAlive(timeout);
        }

        @Override
        public void close() {
            session.close();
        }
    }

    private static String serving(HandMadeRouting run) throws Exception {
        try (RoutingFile file = run.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            return MarkdownReport.of(Study.of(engine, 1, Part.SERVING));
        }
    }

    /** Questions of one token. */
    private static HandMadeRouting questions(int number, IntFunction<String> token) {
        HandMadeRouting run = run();
        for (int question = 1; question <= number; question++) {
            run.question(1, question, "s", true, token.apply(question));
        }
        return run;
    }

    /** Questions with a generated token each, which has the experts of the prompt, or the other ones. */
    private static HandMadeRouting generated(int number, IntPredicate otherwise) {
        HandMadeRouting run = run();
        for (int question = 1; question <= number; question++) {
            run.question(1, question, "s", true, "0:.5 1:.25")
                    .generated(1, question, 1, otherwise.test(question) ? "2:.5 3:.25" : "0:.5 1:.25");
        }
        return run;
    }

    private static HandMadeRouting run() {
        return new HandMadeRouting().run(1, "a", 1, 4, 2, "prompt");
    }
}
