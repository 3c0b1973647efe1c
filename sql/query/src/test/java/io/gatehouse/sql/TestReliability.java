package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hipparchus.stat.correlation.SpearmansCorrelation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The view reliability. */
final class TestReliability {
    private static final int PARTITIONS = 10;

    /** Each of four questions loads four experts with 3 2 1 0, so that any two of them rank the experts the same. */
    @Test
    @ByHand("reliability")
    void halvesOfEqualQuestionsAgree() throws Exception {
        String[] tokens = {"0:.5", "0:.5", "0:.25", "1:.25", "1:.25", "2:.125"};
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 4, 1, "prompt")
                        .question(1, 1, "s", true, tokens)
                        .question(1, 2, "s", true, tokens)
                        .question(1, 3, "s", true, tokens)
                        .question(1, 4, "s", true, tokens)
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT statistic, n, scores, spearman, spearman_brown, least_spearman, jaccard, chance_jaccard
                    FROM reliability WHERE scope = 'prompt' ORDER BY statistic
                    """);
            assertThat(rows).as("one subject cannot be told from others").hasSize(2);
            for (List<@Nullable Object> row : rows) {
                assertThat(row.subList(1, 7)).containsExactly(4L, 4L, 1.0, 1.0, 1.0, 1.0);
                assertThat((double) row.get(7)).isEqualTo(1.0 / 7, within(1e-11));
            }
            // Only expert 2 fires at the last tokens: the others share their rank.
            assertThat(rows(engine, "SELECT spearman, jaccard FROM reliability WHERE scope = 'last_prompt'"))
                    .containsOnly(List.of(1.0, 1.0));
        }
    }

    /** The halves are those of the smaller half of the digests, and the correlation is Spearman's. */
    @Test
    void halvesAreOfWholeQuestions() throws Exception {
        try (RoutingFile file = RoutingFile.filled();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> usage = rows(
                    engine,
                    "SELECT question_id, expert FROM activations WHERE run_id = 1 AND layer = 1 AND is_last_prompt");
            double sum = 0;
            double least = 1;
            double jaccards = 0;
            for (int partition = 1; partition <= PARTITIONS; partition++) {
                int name = partition;
                List<Integer> first = IntStream.range(0, 12)
                        .boxed()
                        .sorted(Comparator.comparing(question -> digest(name + " " + question)))
                        .limit(6)
                        .toList();
                double[][] loads = new double[2][8];
                for (List<@Nullable Object> row : usage) {
                    int half = first.contains(((Number) row.get(0)).intValue()) ? 0 : 1;
                    loads[half][((Number) row.get(1)).intValue()]++;
                }
                double correlation = new SpearmansCorrelation().correlation(loads[0], loads[1]);
                sum += correlation;
                least = Math.min(least, correlation);
                List<Integer> common = busiest(loads[0]).stream()
                        .filter(busiest(loads[1])::contains)
                        .toList();
                jaccards += common.size() / (4.0 - common.size());
            }
            List<@Nullable Object> row = rows(engine, """
                            SELECT spearman, least_spearman, jaccard FROM reliability
                            WHERE run_id = 1 AND scope = 'last_prompt' AND layer = 1 AND statistic = 'load'
                            """).get(0);
            assertThat((double) row.get(0)).isEqualTo(sum / PARTITIONS, within(1e-9));
            assertThat((double) row.get(1)).isEqualTo(least, within(1e-9));
            assertThat((double) row.get(2)).isEqualTo(jaccards / PARTITIONS, within(1e-9));
        }
    }

    /**
     * Each question has experts at random and the same ones at all of its tokens: halves of the tokens would agree wholly,
     * halves of the questions agree in nothing but by chance.
     */
    @Test
    void questionsWithoutAnythingInCommonAreNotReliable() throws Exception {
        int layers = 12;
        Random random = new Random(20_261_128);
        HandMadeRouting routing = new HandMadeRouting().run(1, "r", layers, 16, 2, "prompt");
        for (int question = 1; question <= 40; question++) {
            String token =
                    IntStream.range(0, layers).mapToObj(layer -> twoOf(random)).collect(Collectors.joining(" / "));
            routing.question(
                    1, question, "s", true, Collections.nCopies(3, token).toArray(String[]::new));
        }
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<@Nullable Object> row = rows(engine, """
                            SELECT avg(spearman), avg(jaccard), avg(chance_jaccard) FROM reliability
                            WHERE scope = 'prompt' AND statistic = 'load'
                            """).get(0);
            // The correlation of sixteen ranks has a standard deviation of 1 / sqrt(15) in each of the layers.
            assertThat((double) row.get(0)).isBetween(-0.25, 0.25);
            assertThat((double) row.get(1)).isEqualTo((double) row.get(2), within(0.12));
        }
    }

    private static String twoOf(Random random) {
        int first = random.nextInt(16);
        int second = (first + 1 + random.nextInt(15)) % 16;
        return "%d:.5 %d:.25".formatted(first, second);
    }

    /** The two busiest of eight experts, of equal ones the lower. */
    private static List<Integer> busiest(double[] loads) {
        return IntStream.range(0, loads.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer expert) -> -loads[expert]))
                .limit(2)
                .toList();
    }

    private static String digest(String text) {
        try {
            byte[] bytes = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        return Rows.of(engine, sql).rows();
    }
}
