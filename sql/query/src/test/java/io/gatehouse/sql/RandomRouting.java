package io.gatehouse.sql;

import io.gatehouse.testing.store.RoutingFile;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Runs at random, two of each quiz and checkpoint, the second of which masks an expert: some layers, experts, subjects and
 * questions, gates that sum to 1, answers, norms, and weights of experts that are vectors.
 */
final class RandomRouting {
    private static final int DIMENSIONS = 3;

    private final Random random;
    private final StringBuilder sql = new StringBuilder();
    private int layers;
    private int experts;
    private int topK;

    private RandomRouting(long seed) {
        random = new Random(seed);
    }

    static RoutingFile file(long seed, int quizzes) throws SQLException, IOException {
        RandomRouting routing = new RandomRouting(seed);
        for (int quiz = 0; quiz < quizzes; quiz++) {
            routing.quiz(quiz);
        }
        RoutingFile file = RoutingFile.empty();
        file.execute(routing.sql.toString());
        return file;
    }

    private void quiz(int quiz) {
        layers = 1 + random.nextInt(3);
        experts = 2 + random.nextInt(7);
        topK = 1 + random.nextInt(Math.min(experts, 4));
        weights(quiz);
        run(quiz, 2 * quiz + 1, "prompt", "");
        boolean whole = random.nextBoolean();
        run(quiz, 2 * quiz + 2, whole ? "prompt" : "last_prompt", "mask 0:1");
        int subjects = 1 + random.nextInt(3);
        int questions = 2 + random.nextInt(8);
        for (int number = 0; number < questions; number++) {
            int question = 100 * quiz + number;
            append(
                    "INSERT INTO questions VALUES (%d, 'quiz %d', 'subject %d', %d, 'q', ['a', 'b'], 'A');",
                    question, quiz, random.nextInt(subjects), number + 1);
            int tokens = 1 + random.nextInt(4);
            answer(2 * quiz + 1, question, tokens, 0);
            answer(2 * quiz + 2, question, tokens, whole ? 0 : tokens - 1);
        }
    }

    private void run(int quiz, int run, String scope, String interventions) {
        append("""
                INSERT INTO runs BY NAME
                SELECT %d AS run_id, 'run %1$d' AS name, 'm' AS model, 'f%d' AS fingerprint, 'a' AS architecture,
                    %d AS layers, %d AS experts, %d AS top_k, 'quiz %2$d' AS quiz, 'hendrycks' AS prompt_format,
                    0 AS shots, '%s' AS recorded, 'all' AS probabilities, 'exact' AS precision, 'cpu' AS device, 'complete' AS status,
                    0 AS questions, TIMESTAMP '2026-01-01 00:00:00' AS started_at, '0' AS gatehouse_version,
                    true AS norms, '%s' AS interventions;
                """, run, quiz, layers, experts, topK, scope, interventions);
    }

    /** The tokens from the first that was recorded on. */
    private void answer(int run, int question, int tokens, int first) {
        boolean correct = random.nextBoolean();
        append(
                "INSERT INTO answers VALUES (%d, %d, 0, '%s', %s, [%s, %s], 0, 'A', %d);",
                run, question, correct ? "A" : "B", correct, -random.nextFloat(), -random.nextFloat(), tokens);
        // A text of one token, which is not routed.
        append("INSERT INTO generations VALUES (%d, %d, 0, 't', 1, 'length', NULL, NULL, 0.5);", run, question);
        for (int position = first; position < tokens; position++) {
            boolean last = position == tokens - 1;
            int token = random.nextInt(3);
            append("""
                    INSERT INTO tokens BY NAME
                    SELECT %d AS run_id, %d AS question_id, %d AS "position", 'prompt' AS phase,
                        %s AS is_last_prompt, %d AS token_id, 't%5$d' AS token;
                    """, run, question, position, last, token);
            for (int layer = 0; layer < layers; layer++) {
                decision(run, question, position, layer, last);
            }
        }
    }

    private void decision(int run, int question, int position, int layer, boolean last) {
        double[] gate = gate();
        List<Integer> order = IntStream.range(0, experts)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer expert) -> gate[expert])
                        .reversed())
                .toList();
        double[] chosen = order.subList(0, topK).stream()
                .mapToDouble(expert -> gate[expert])
                .toArray();
        double mass = Arrays.stream(chosen).sum();
        double next = topK < experts ? gate[order.get(topK)] : 0;
        append(
                "INSERT INTO facts VALUES (%d, %d, %d, %d, %s, %s, %s, %s, %s, %s, %s);",
                run,
                question,
                position,
                layer,
                last,
                order.subList(0, topK),
                Arrays.toString(chosen),
                entropy(gate, 1),
                entropy(chosen, mass),
                mass,
                chosen[topK - 1] - next);
        append("INSERT INTO gates VALUES (%d, %d, %d, %d, %s);", run, question, position, layer, units(gate));
        append(
                "INSERT INTO expert_norms VALUES (%d, %d, %d, %d, %s);",
                run,
                question,
                position,
                layer,
                random.doubles(topK, 0.1, 5).boxed().toList());
    }

    /** From nearly even to nearly one expert's. */
    private double[] gate() {
        double sharpness = 3 * random.nextDouble();
        double[] gate = random.doubles(experts)
                .map(value -> Math.exp(sharpness * value))
                .toArray();
        double sum = Arrays.stream(gate).sum();
        return Arrays.stream(gate).map(value -> value / sum).toArray();
    }

    private static double entropy(double[] parts, double whole) {
        return -Arrays.stream(parts)
                .map(part -> part / whole * Math.log(part / whole))
                .sum();
    }

    private static String units(double[] gate) {
        return Arrays.stream(gate)
                .mapToObj(value -> Long.toString(Math.round(value * (1 << 22))))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private void weights(int quiz) {
        for (int layer = 0; layer < layers; layer++) {
            List<double[][]> matrices = new ArrayList<>();
            for (int expert = 0; expert < experts; expert++) {
                matrices.add(new double[][] {vector(), vector(), vector(), vector()});
                append(
                        "INSERT INTO expert_weights VALUES ('f%d', %d, %d, %s);",
                        quiz, layer, expert, values(matrices.get(expert), matrices.get(expert)));
                for (int before = 0; before < expert; before++) {
                    append(
                            "INSERT INTO expert_weight_pairs VALUES ('f%d', %d, %d, %d, %s);",
                            quiz, layer, before, expert, values(matrices.get(before), matrices.get(expert)));
                }
            }
        }
    }

    private double[] vector() {
        return random.doubles(DIMENSIONS, -1, 1).toArray();
    }

    /** Norms of the vectors of an expert, or cosines of those of two. */
    private static String values(double[][] a, double[][] b) {
        return IntStream.range(0, a.length)
                .mapToObj(i -> Double.toString(a == b ? norm(a[i]) : product(a[i], b[i]) / norm(a[i]) / norm(b[i])))
                .collect(Collectors.joining(", "));
    }

    private static double norm(double[] vector) {
        return Math.sqrt(product(vector, vector));
    }

    private static double product(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    private void append(String format, Object... values) {
        sql.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
