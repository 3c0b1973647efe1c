package io.gatehouse.testing.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Routing written by hand. A token is a text such as {@code "0:.5 1:.25 / 3:.5 2:.25"}: for each layer the chosen
 * experts, best first, and their weights. Where nothing else is said, entropy is 1, top-k entropy 0.5, the mass that of
 * the weights and the margin 0.125.
 */
public final class HandMadeRouting {
    private final StringBuilder sql = new StringBuilder();

    /** A run of the quiz "quiz"; the scope says what it recorded. */
    public HandMadeRouting run(int run, String name, int layers, int experts, int topK, String scope) {
        sql.append("""
                INSERT INTO runs BY NAME
                SELECT %d AS run_id, '%s' AS name, 'm' AS model, 'f' AS fingerprint, 'a' AS architecture, %d AS layers,
                    %d AS experts, %d AS top_k, 'quiz' AS quiz, 'hendrycks' AS prompt_format, 0 AS shots,
                    '%s' AS recorded, 'exact' AS precision, 'cpu' AS device, 'complete' AS status, 3 AS questions,
                    TIMESTAMP '2026-01-01 00:00:00' AS started_at, '0' AS gatehouse_version;
                """.formatted(run, name, layers, experts, topK, scope));
        return this;
    }

    /** A question that a run answered, with the tokens of its prompt; the last token is the one that answers. */
    public HandMadeRouting question(int run, int question, String subject, boolean correct, String... tokens) {
        sql.append("""
                INSERT INTO questions BY NAME
                SELECT %1$d AS question_id, 'quiz' AS quiz, '%2$s' AS subject, %1$d AS ordinal, 'q' AS question,
                    ['a', 'b'] AS choices, 'A' AS answer
                WHERE %1$d NOT IN (SELECT question_id FROM questions);
                INSERT INTO answers BY NAME
                SELECT %3$d AS run_id, %1$d AS question_id, '%4$s' AS predicted, %5$s AS correct,
                    [-1, -2] AS log_probabilities, 0 AS top_token_id, 'A' AS top_token, %6$d AS prompt_tokens;
                """.formatted(question, subject, run, correct ? "A" : "B", correct, tokens.length));
        for (int position = 0; position < tokens.length; position++) {
            boolean last = position == tokens.length - 1;
            sql.append("""
                    INSERT INTO tokens BY NAME
                    SELECT %d AS run_id, %d AS question_id, %d AS "position", 'prompt' AS phase,
                        %s AS is_last_prompt, %3$d AS token_id, 't%3$d' AS token;
                    """.formatted(run, question, position, last));
            String[] layers = tokens[position].split("/", -1);
            for (int layer = 0; layer < layers.length; layer++) {
                decision(run, question, position, layer, last, layers[layer].strip());
            }
        }
        return this;
    }

    /**
     * The text that a run generated after the prompt of a question: these tokens, whose ids count from 0, and a last one,
     * which is not routed.
     */
    public HandMadeRouting generated(int run, int question, int promptTokens, String... tokens) {
        sql.append("""
                INSERT INTO generations BY NAME
                SELECT %d AS run_id, %d AS question_id, 'text' AS text, %d AS tokens, 'length' AS finish_reason,
                    0.5 AS seconds;
                """.formatted(run, question, tokens.length + 1));
        for (int i = 0; i <= tokens.length; i++) {
            sql.append("""
                    INSERT INTO tokens BY NAME
                    SELECT %d AS run_id, %d AS question_id, %d AS "position", 'generated' AS phase,
                        false AS is_last_prompt, 'answer' AS segment, %4$d AS token_id, 't%4$d' AS token,
                        -0.25 AS log_probability;
                    """.formatted(run, question, promptTokens + i, i));
            String[] layers = i < tokens.length ? tokens[i].split("/", -1) : new String[0];
            for (int layer = 0; layer < layers.length; layer++) {
                decision(run, question, promptTokens + i, layer, false, layers[layer].strip());
            }
        }
        return this;
    }

    private void decision(int run, int question, int position, int layer, boolean last, String chosen) {
        List<String> experts = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        for (String choice : chosen.split(" ", -1)) {
            experts.add(choice.split(":", -1)[0]);
            weights.add(Double.valueOf(choice.split(":", -1)[1]));
        }
        double mass = weights.stream().mapToDouble(Double::doubleValue).sum();
        sql.append(String.format(
                Locale.ROOT,
                "INSERT INTO facts VALUES (%d, %d, %d, %d, %s, [%s], [%s], 1, 0.5, %s, 0.125);%n",
                run,
                question,
                position,
                layer,
                last,
                String.join(", ", experts),
                weights.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                mass));
    }

    /** Anything else. */
    public HandMadeRouting and(String statement) {
        sql.append(statement).append('\n');
        return this;
    }

    /** Returns a file with it. */
    public RoutingFile file() throws Exception {
        RoutingFile file = RoutingFile.empty();
        file.execute(sql.toString());
        return file;
    }
}
