package io.gatehouse.sql;

import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The views and table functions about experts chosen for the same token, in one layer and in successive layers. */
final class TestCoactivationViews {
    /** Two tokens, three of four experts chosen: 0 1 2 and 1 0 3. */
    @Test
    @ByHand("expert_coactivation")
    void coactivationIsThePublishedEquationAndThePublishedCode() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 4, 3, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25 2:.125", "1:.5 0:.25 3:.125")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT expert, other_expert, n, together, adjacent, share, adjacent_share, lift
                    FROM expert_coactivation WHERE scope = 'prompt' ORDER BY expert, other_expert
                    """);
            assertThat(rows)
                    .containsExactly(
                            List.of(0, 1, 2L, 2L, 2L, 1.0, 1.0, 1.0),
                            List.of(0, 2, 2L, 1L, 0L, 0.5, 0.0, 1.0),
                            List.of(0, 3, 2L, 1L, 1L, 0.5, 0.5, 1.0),
                            List.of(1, 0, 2L, 2L, 2L, 1.0, 1.0, 1.0),
                            List.of(1, 2, 2L, 1L, 1L, 0.5, 0.5, 1.0),
                            List.of(1, 3, 2L, 1L, 0L, 0.5, 0.0, 1.0),
                            List.of(2, 0, 1L, 1L, 0L, 1.0, 0.0, 1.0),
                            List.of(2, 1, 1L, 1L, 1L, 1.0, 1.0, 1.0),
                            List.of(3, 0, 1L, 1L, 1L, 1.0, 1.0, 1.0),
                            List.of(3, 1, 1L, 1L, 0L, 1.0, 0.0, 1.0));
            assertThat(rows(engine, "SELECT count(*) FROM expert_coactivation WHERE scope = 'last_prompt'"))
                    .containsExactly(List.of(6L));
            assertThat(rows(engine, "SELECT DISTINCT scope, tokens FROM expert_coactivation ORDER BY scope"))
                    .containsExactly(List.of("last_prompt", 1L), List.of("prompt", 2L));
        }
    }

    /**
     * In subject s experts 0 1 and 2 3 fire at five tokens each, twice as often together as by chance; in t so do 0 1, but
     * at four tokens; in u 0 and 1 always fire together, which is what chance does, too. Of all 25 tokens, 15 of 15 with
     * expert 0 have 1, and none of the other 10.
     */
    @Test
    void pairsBelongToSubjects() throws Exception {
        String[] both = Stream.of(nCopies(5, "0:.5 1:.25"), nCopies(5, "2:.5 3:.25"))
                .flatMap(List::stream)
                .toArray(String[]::new);
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 4, 2, "prompt")
                        .question(1, 1, "s", true, both)
                        .question(1, 2, "t", true, nCopies(4, "0:.5 1:.25").toArray(String[]::new))
                        .question(1, 3, "t", true, nCopies(5, "2:.5 3:.25").toArray(String[]::new))
                        .question(1, 4, "u", true, nCopies(6, "0:.5 1:.25").toArray(String[]::new))
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT expert, other_expert, together, round(z, 9), subjects FROM expert_coactivation
                            WHERE scope = 'prompt' ORDER BY expert
                            """))
                    .containsExactly(
                            List.of(0, 1, 15L, 5.0, 1L),
                            List.of(1, 0, 15L, 5.0, 1L),
                            List.of(2, 3, 10L, 5.0, 2L),
                            List.of(3, 2, 10L, 5.0, 2L));
        }
    }

    /** From expert 0 both tokens go to 2, by 0.5 * 0.5 each; one to 3 and one to 1, by 0.5 * 0.25. */
    @Test
    @ByHand("expert_transitions")
    void tokensGoFromLayerToLayer() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 2, 4, 2, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25 / 2:.5 3:.25", "0:.5 2:.25 / 2:.5 1:.25")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT expert, next_expert, n, together, share, lift, mass_share
                    FROM expert_transitions WHERE scope = 'prompt' AND layer = 0 AND expert = 0 ORDER BY next_expert
                    """);
            assertThat(rows.get(0)).startsWith(0, 1, 2L, 1L, 0.25, 1.0);
            assertThat(rows.get(1)).startsWith(0, 2, 2L, 2L, 0.5, 1.0);
            assertThat(rows.get(2)).startsWith(0, 3, 2L, 1L, 0.25, 1.0);
            assertThat((double) rows.get(1).get(6)).isEqualTo(2.0 / 3, within(1e-12));
            assertThat((double) rows.get(2).get(6)).isEqualTo(1.0 / 6, within(1e-12));
            assertThat(rows(engine, "SELECT DISTINCT layer FROM expert_transitions"))
                    .as("nothing follows the last layer")
                    .containsExactly(List.of(0));
        }
    }

    /** A question of t beside that of s: only the tokens of the subject count, for chance too. */
    @Test
    void subjectsHaveFiguresOfTheirOwn() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 2, 4, 2, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25 / 2:.5 3:.25", "0:.5 2:.25 / 2:.5 1:.25")
                        .question(1, 2, "t", true, "0:.5 3:.25 / 0:.5 3:.25")
                        .and("UPDATE facts SET entropy = 0.5 WHERE question_id = 2;")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT expert, other_expert, tokens, n, together, share, lift
                            FROM coactivation_of_subject(1, 'prompt', 's')
                            WHERE layer = 0 ORDER BY expert, other_expert
                            """))
                    .containsExactly(
                            List.of(0, 1, 2L, 2L, 1L, 0.5, 1.0),
                            List.of(0, 2, 2L, 2L, 1L, 0.5, 1.0),
                            List.of(1, 0, 2L, 1L, 1L, 1.0, 1.0),
                            List.of(2, 0, 2L, 1L, 1L, 1.0, 1.0));
            assertThat(rows(engine, """
                            SELECT layer, next_expert, n, together, share, lift
                            FROM transitions_of_subject(1, 'prompt', 's') WHERE expert = 0 ORDER BY next_expert
                            """))
                    .containsExactly(
                            List.of(0, 1, 2L, 1L, 0.25, 1.0),
                            List.of(0, 2, 2L, 2L, 0.5, 1.0),
                            List.of(0, 3, 2L, 1L, 0.25, 1.0));
            List<List<@Nullable Object>> entropy = rows(engine, """
                    SELECT layer, n, mean_token_entropy, mean_mass, uniform_entropy, normalised_token_entropy
                    FROM entropy_of_subject(1, 'prompt', 't') ORDER BY layer
                    """);
            assertThat(entropy).hasSize(2);
            assertThat(entropy.get(1)).startsWith(1, 1L, 0.5, 0.75);
            assertThat((double) entropy.get(1).get(4)).isEqualTo(Math.log(4), within(1e-12));
            assertThat((double) entropy.get(1).get(5)).isEqualTo(0.5 / Math.log(4), within(1e-12));
            assertThat(rows(engine, "SELECT n, mean_token_entropy FROM entropy_of_subject(1, 'last_prompt', 's')"))
                    .containsExactly(List.of(1L, 1.0), List.of(1L, 1.0));
        }
    }

    @Test
    void tokensStandBesideWhatALayerDecided() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 2, 4, 2, "last_prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25 / 2:.5 3:.25", "0:.5 2:.25 / 2:.5 1:.25")
                        .and("DELETE FROM facts WHERE NOT is_last_prompt;")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT "position", token_id, token, phase, experts, weights, entropy, normalised_entropy
                    FROM tokens_of_question(1, 1, 1) ORDER BY "position"
                    """);
            assertThat(rows.get(0)).containsExactly(0, 0, "t0", "prompt", null, null, null, null);
            assertThat(rows.get(1)).startsWith(1, 1, "t1", "prompt", List.of(2, 1), List.of(0.5f, 0.25f), 1f);
            assertThat((double) rows.get(1).get(7)).isEqualTo(1 / Math.log(4), within(1e-12));
        }
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        return Rows.of(engine, sql).rows();
    }
}
