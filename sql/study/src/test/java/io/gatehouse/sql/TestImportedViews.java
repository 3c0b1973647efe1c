package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.client.Column;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.study.Part;
import io.gatehouse.study.Study;
import io.gatehouse.study.Study.Absence;
import io.gatehouse.study.report.HtmlReport;
import io.gatehouse.study.report.MarkdownReport;
import io.gatehouse.testing.sql.ViewProperty;
import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The analysis views on runs of which something is not known: where a figure needs it, there is no figure. One layer of
 * four experts, two of them chosen.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestImportedViews {
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofMinutes(1), Duration.ofMinutes(1), 0);

    /** Experts in no order, no weights, answers. */
    private static final int IDS = 1;

    /** The same, but the last of the three tokens was not recorded. */
    private static final int CUT = 2;

    /** Experts in no order, no weights, no answers. */
    private static final int BARE = 3;

    /** Counts by domain. */
    private static final int COUNTS = 4;

    /** Weights in order at the last token, no gates and no answers. */
    private static final int COMMITTEE = 5;

    /** Counts that cannot be of two experts a token. */
    private static final int CONTRADICTION = 6;

    private static final float[] UNKNOWN = {};

    /** Each is some sixty statements, and the runs do not change. */
    private final Map<Integer, Study> studies = new HashMap<>();

    private Store store;
    private QueryEngine engine;

    @BeforeAll
    void open(@TempDir Path directory) {
        store = Store.create(directory.resolve("imported.duckdb"));
        assertThat(List.of(
                        of(
                                "ids",
                                ids("q1", "s", 2, 0, 1, 0, 2).answered(answer(true)),
                                ids("q2", "t", 2, 0, 2, 1, 2).answered(answer(false))),
                        of(
                                "cut",
                                ids("q1", "s", 3, 0, 1, 0, 2).answered(answer(true)),
                                ids("q2", "t", 3, 0, 2, 1, 2).answered(answer(false))),
                        of("bare", ids("q1", "s", 2, 0, 1, 0, 2), ids("q2", "t", 2, 0, 2, 1, 2)),
                        of("counts", List.of(), List.of(counts("s", 2, 1, 1, 0), counts("t", 1, 2, 1, 0))),
                        of("committee", last("q1", "s", 0, 1), last("q2", "t", 0, 2)),
                        of("contradiction", List.of(), List.of(counts("s", 4, 0, 0, 0), counts("t", 0, 0, 2, 2)))))
                .containsExactly(IDS, CUT, BARE, COUNTS, COMMITTEE, CONTRADICTION);
        engine = new QueryEngine(store);
    }

    @AfterAll
    void close() {
        engine.close();
        store.close();
    }

    @Test
    void onlyColumnsThatSaySoAreNull() {
        for (AnalysisView view : AnalysisView.all()) {
            for (List<@Nullable Object> row : rows("SELECT * FROM " + view.name())) {
                for (int i = 0; i < row.size(); i++) {
                    Column column = view.columns().get(i);
                    assertThat(row.get(i) != null || column.nullable())
                            .as("%s.%s of %s", view.name(), column.name(), row)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void whatHoldsOfViewsHoldsOfWhatIsKnown() throws Exception {
        ViewProperty.requireAll(
                AnalysisView.all().stream().map(AnalysisView::name).toList(), this::rows, "imported runs");
    }

    /** What is not known stands in no picture, and a figure of which nothing is known is left out. */
    @Test
    void reportsDrawWhatIsKnown() {
        for (int run = IDS; run <= CONTRADICTION; run++) {
            assertThat(study(run).absent())
                    .contains(
                            new Absence(
                                    "margins",
                                    "Near ties",
                                    "margins were not recorded; they need the probabilities of experts that were not selected"));
            assertThat(HtmlReport.of(study(run)))
                    .contains("</html>", "imported from vllm files on ", "gatehouse import --from vllm")
                    .contains("observations of one model on the texts of the imported files")
                    .doesNotContain("near ties", "NaN", "prompts as", "<p class=\"finding\"></p>")
                    .doesNotContainPattern("[^\\d]0(</data>)? questions");
        }
        assertThat(study(IDS).absent()).extracting(Absence::title).contains("Router entropy");
        assertThat(HtmlReport.of(study(BARE)))
                .contains(
                        "Over <data>4</data> prompt tokens, <data>1</data> of <data>4</data> experts is unused; a uniform router would leave <data>")
                .contains("No chart: the curve needs answers and the routing of every prompt token.");
        String committee = HtmlReport.of(study(COMMITTEE));
        String pictures = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL)
                .matcher(committee)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.joining());
        assertThat(pictures)
                .contains("selected experts, last prompt token")
                .doesNotContain("all experts, last prompt token");
    }

    /** What was not recorded is not taken for what has no rows. */
    @Test
    void reportsSayWhatWasNotRecorded() {
        assertThat(study(COUNTS).absent())
                .contains(
                        new Absence("answers", "Accuracy", "the run has no answers"),
                        new Absence("coactivation", "Co-activation", "nothing is known about the last prompt tokens"),
                        new Absence(
                                "specialisation",
                                "Specialisation by subject",
                                "nothing is known about the last prompt tokens"));
        assertThat(study(IDS).absent())
                .contains(
                        new Absence(
                                "accuracy",
                                "Accuracy by expert",
                                "no expert fired in at least 30 questions and did not fire in at least 30 others"),
                        new Absence(
                                "criteria",
                                "Agreement of pruning criteria",
                                "the weights of the selected experts were not recorded"),
                        new Absence(
                                "norms",
                                "Router weights and output norms",
                                "the norms of expert outputs were not recorded (gatehouse run --norms)"));
        assertThat(MarkdownReport.of(study(BARE)))
                .contains("No table: the curve needs answers and the routing of every prompt token.")
                .doesNotContain("| --- | --- | --- | --- | --- | --- |\n\n");
    }

    /** Lists of experts without weights, counts alone, and last tokens alone. */
    @Test
    void reportsOfPartsDrawWhatIsKnown() {
        Map<Integer, List<Absence>> absent = new HashMap<>();
        for (int run : List.of(IDS, COUNTS, COMMITTEE)) {
            absent.put(run, new ArrayList<>());
            for (Part part : List.of(Part.SERVING, Part.COMPRESSION)) {
                Study study = Study.of(engine, run, part);
                requireNonNull(absent.get(run)).addAll(study.absent());
                assertThat(HtmlReport.of(study))
                        .as("%s of run %d", part, run)
                        .contains("</html>")
                        .doesNotContain("NaN", ">null<", "Infinity", "<p class=\"finding\"></p>");
                assertThat(study.figures())
                        .as("a figure is a picture, a table or a reason")
                        .noneMatch(evidence -> evidence.detail().isEmpty()
                                && evidence.figure().text().unpictured().isBlank());
            }
        }
        assertThat(absent.values())
                .allSatisfy(all ->
                        assertThat(all).noneMatch(absence -> absence.reason().isBlank()));
        String noWeights = "the weights of the selected experts were not recorded";
        assertThat(absent.get(IDS))
                .contains(
                        new Absence("criteria", "Agreement of pruning criteria", noWeights),
                        new Absence("dropped_weight", "Weight of the dropped experts", noWeights));
        String counts = "only counts were imported, not the tokens of each sequence";
        assertThat(absent.get(COUNTS))
                .contains(
                        new Absence("cache", "Cache of experts", counts),
                        new Absence("working_set", "Experts of a batch", counts),
                        new Absence("generated", "Prompt against generated tokens", counts));
        assertThat(absent.get(COMMITTEE))
                .contains(new Absence(
                        "coverage",
                        "Tokens to calibrate an expert",
                        "of each prompt, only the last token was recorded"));
    }

    /** A scope of which nothing was recorded is not one at which no expert fired. */
    @Test
    void unusedIsOfWhatWasLookedAt() {
        assertThat(rows("SELECT run_id, scope, unused, n, tokens FROM unused_experts ORDER BY run_id, scope"))
                .containsExactly(
                        List.of(IDS, "last_prompt", 1L, 2L, 2L),
                        List.of(IDS, "prompt", 1L, 2L, 4L),
                        List.of(CUT, "prompt", 1L, 2L, 4L),
                        List.of(BARE, "last_prompt", 1L, 2L, 2L),
                        List.of(BARE, "prompt", 1L, 2L, 4L),
                        Arrays.asList(COUNTS, "prompt", 1L, null, 4L),
                        List.of(COMMITTEE, "last_prompt", 1L, 2L, 2L),
                        Arrays.asList(CONTRADICTION, "prompt", 1L, null, 4L));
    }

    /** Whether an expert fired in a question is not known where a token of it is missing. */
    @Test
    void accuracyIsOfWholeQuestions() {
        assertThat(rows("SELECT DISTINCT run_id, scope FROM expert_accuracy ORDER BY run_id, scope"))
                .containsExactly(List.of(IDS, "last_prompt"), List.of(IDS, "prompt"));
        assertThat(rows("SELECT DISTINCT run_id, scope FROM expert_subject_accuracy ORDER BY run_id, scope"))
                .containsExactly(List.of(IDS, "last_prompt"), List.of(IDS, "prompt"));
        assertThat(rows("SELECT DISTINCT run_id FROM unused_rarefaction")).containsExactly(List.of(IDS));
        assertThat(rows("SELECT DISTINCT run_id FROM esft_scores")).containsExactly(List.of(IDS));
    }

    @Test
    void weightsThatAreUnknownSumToNothing() {
        assertThat(rows("SELECT count(*) > 0, count(weight_sum), count(correct_weight_sum), count(weighted_accuracy)"
                        + " FROM expert_subject_accuracy"))
                .containsExactly(List.of(true, 0L, 0L, 0L));
        assertThat(rows("SELECT count(*) > 0, count(gate_score), count(gate_before), count(tokens_before) > 0"
                        + " FROM esft_scores"))
                .containsExactly(List.of(true, 0L, 0L, true));
        assertThat(rows("SELECT DISTINCT run_id FROM pruning_criteria WHERE gate_mass IS NOT NULL"))
                .containsExactly(List.of(COMMITTEE));
        assertThat(rows("SELECT DISTINCT run_id FROM criteria_agreement")).containsExactly(List.of(COMMITTEE));
        assertThat(rows("SELECT DISTINCT run_id FROM question_similarity")).containsExactly(List.of(COMMITTEE));
        assertThat(rows("SELECT run_id, expert, in_committee, contribution FROM standing_committee ORDER BY expert"))
                .as("nobody ranks experts without weights")
                .containsExactly(
                        List.of(COMMITTEE, 0, true, 0.5),
                        List.of(COMMITTEE, 1, false, 0.125),
                        List.of(COMMITTEE, 2, false, 0.125),
                        List.of(COMMITTEE, 3, false, 0.0));
    }

    @Test
    void gatesThatAreUnknownHaveNoEntropyAndNoMargin() {
        assertThat(rows("""
                        SELECT count(*) > 0, count(near_ties), count(share_below_0_0001), count(share_below_0_001),
                            count(share_below_0_01), count(mean_margin), count(least_margin)
                        FROM routing_margins
                        """)).containsExactly(List.of(true, 0L, 0L, 0L, 0L, 0L, 0L));
        assertThat(rows("""
                        SELECT count(mean_token_entropy), count(normalised_token_entropy), count(mean_mass) FROM gate_entropy
                        """)).containsExactly(List.of(0L, 0L, 0L));
        assertThat(rows("SELECT DISTINCT run_id FROM gate_entropy WHERE mean_token_top_k_entropy IS NOT NULL"))
                .containsExactly(List.of(COMMITTEE));
    }

    @Test
    void whereNobodySaysTheOrderThereIsNone() {
        assertThat(rows("SELECT DISTINCT run_id FROM expert_coactivation WHERE adjacent IS NOT NULL"))
                .containsExactly(List.of(COMMITTEE));
        assertThat(rows("SELECT DISTINCT run_id FROM expert_coactivation WHERE adjacent_share IS NOT NULL"))
                .containsExactly(List.of(COMMITTEE));
        assertThat(rows("SELECT count(*) > 0, count(share) > 0, count(top_1_share) FROM vocabulary_specialisation"))
                .containsExactly(List.of(true, true, 0L));
    }

    /** Tokens are counted by what was recorded of them; that answers are unknown does not matter. */
    @Test
    void subjectsAreOfTheTokensThatWereRecorded() {
        assertThat(rows("""
                        SELECT run_id, scope, n, activations, share FROM subject_specialisation
                        WHERE subject = 's' AND expert = 0 ORDER BY run_id, scope
                        """))
                .containsExactly(
                        List.of(IDS, "last_prompt", 1L, 1L, 1.0),
                        List.of(IDS, "prompt", 2L, 2L, 1.0),
                        List.of(CUT, "prompt", 2L, 2L, 1.0),
                        List.of(BARE, "last_prompt", 1L, 1L, 1.0),
                        List.of(BARE, "prompt", 2L, 2L, 1.0),
                        List.of(COUNTS, "prompt", 2L, 2L, 1.0),
                        List.of(COMMITTEE, "last_prompt", 1L, 1L, 1.0),
                        List.of(CONTRADICTION, "prompt", 2L, 4L, 2.0));
        assertThat(rows("SELECT count(log_odds), count(z) FROM subject_specialisation WHERE run_id = " + CONTRADICTION
                        + " AND expert = 0"))
                .as("no odds of more tokens than there are")
                .containsExactly(List.of(0L, 0L));
    }

    @Test
    void runsAreComparedAsFarAsBothSayIt() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                .run(1, "a", 1, 4, 2, "prompt")
                .run(2, "b", 1, 4, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 1:.25", "2:.5 3:.25")
                .question(2, 1, "s", true, "0:.5 2:.25", "2:.5 3:.25")
                .file()) {
            try (Connection connection = file.writer();
                    Statement statement = connection.createStatement()) {
                statement.execute("UPDATE decisions SET ranked = false WHERE run_id = 2");
                statement.execute("UPDATE answers SET predicted = NULL WHERE run_id = 2");
            }
            try (QueryEngine compared = new QueryEngine(file::reader)) {
                assertThat(rows(compared, """
                                        SELECT saturation, same_set, top_1_agreement, rank_biased_overlap
                                        FROM run_difference WHERE run_id = 1 AND scope = 'prompt'
                                        """)).containsExactly(Arrays.asList(0.75, 0.5, null, null));
                assertThat(rows(compared, "SELECT n, both_right, same_answer FROM answer_difference WHERE run_id = 1"))
                        .containsExactly(Arrays.asList(1L, 1L, null));
            }
        }
    }

    private Study study(int run) {
        return studies.computeIfAbsent(run, known -> Study.of(engine, known));
    }

    private int of(String name, TracedSequence... sequences) {
        return of(name, List.of(sequences), List.of());
    }

    private int of(String name, List<TracedSequence> sequences, List<ExpertCounts> counts) {
        return store.importRun(ImportedRun.of(name, "vllm", "m", 1, 4, 2, Map.of(), sequences, counts), "test");
    }

    /** Two recorded tokens, two experts each. */
    private static TracedSequence ids(String name, String domain, int length, int... experts) {
        TracedLayer layer = new TracedLayer(0, 2, new int[] {0, 1}, experts, false, UNKNOWN, UNKNOWN);
        int[] tokens = new int[length];
        Arrays.setAll(tokens, position -> position);
        return new TracedSequence(name, Optional.of(domain), "", tokens, length, List.of(layer));
    }

    /** One token. */
    private static TracedSequence last(String name, String domain, int first, int second) {
        TracedLayer layer = new TracedLayer(
                0, 2, new int[] {0}, new int[] {first, second}, true, new float[] {0.5f, 0.25f}, UNKNOWN);
        return new TracedSequence(name, Optional.of(domain), "", new int[0], 1, List.of(layer));
    }

    private static ExpertCounts counts(String domain, long... counts) {
        return new ExpertCounts(Optional.of(domain), 0, counts);
    }

    private static TracedAnswer answer(boolean correct) {
        return new TracedAnswer("", "", "A", Optional.empty(), correct);
    }

    private List<List<@Nullable Object>> rows(String sql) {
        return rows(engine, sql);
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        try (QueryResult result = engine.query(sql, LIMITS)) {
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>();
                for (int i = 0; i < result.columns().size(); i++) {
                    row.add(result.value(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }
}
