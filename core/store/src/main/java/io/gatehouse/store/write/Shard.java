package io.gatehouse.store.write;

import java.util.List;
import java.util.stream.Stream;

/**
 * Some questions of a run with everything recorded about them: the unit of work, of commit and of retry. Every question
 * has exactly one answer row, without an answer if an import has none, and routing and tokens belong to no other question.
 *
 * <p>DuckDB writes commits of at least 122,880 routing rows (tokens x layers) straight to their place in the file;
 * smaller ones go through its log and are merged later, which costs several times as much per row.
 *
 * @param number number of the shard within its run, from 0
 * @param gates probability of every expert, for the tokens whose probabilities the run records
 * @param norms norms of the outputs of the selected experts in the order of the routing, if the run records them
 * @param generations a text for each question, if the run generates text
 */
public record Shard(
        int number,
        List<RoutingColumns> routing,
        List<TokenColumns> tokens,
        List<AnswerRow> answers,
        List<TokenValues> gates,
        List<TokenValues> norms,
        List<GenerationRow> generations) {
    public Shard {
        if (number < 0) {
            throw new IllegalArgumentException("Negative shard number: " + number);
        }
        routing = List.copyOf(routing);
        tokens = List.copyOf(tokens);
        answers = List.copyOf(answers);
        gates = List.copyOf(gates);
        norms = List.copyOf(norms);
        generations = List.copyOf(generations);
        if (answers.isEmpty()) {
            throw new IllegalArgumentException("Shard %d has no questions".formatted(number));
        }
    }

    /** A shard of a run that records decisions only. */
    public Shard(int number, List<RoutingColumns> routing, List<TokenColumns> tokens, List<AnswerRow> answers) {
        this(number, routing, tokens, answers, List.of(), List.of());
    }

    /** A shard of a run that generates no text. */
    public Shard(
            int number,
            List<RoutingColumns> routing,
            List<TokenColumns> tokens,
            List<AnswerRow> answers,
            List<TokenValues> gates,
            List<TokenValues> norms) {
        this(number, routing, tokens, answers, gates, norms, List.of());
    }

    long routingRows() {
        return routing.stream().mapToLong(RoutingColumns::rows).sum();
    }

    /** Number of activations: routing rows times top-k. */
    public long activations() {
        return routing.stream().mapToLong(columns -> columns.experts().length).sum();
    }

    /** Approximate memory of its columns in bytes, without the texts of tokens, which belong to the vocabulary. */
    public long bytes() {
        long values = Stream.concat(gates.stream(), norms.stream())
                .mapToLong(columns -> columns.values().length)
                .sum();
        long scores =
                routing.stream().mapToLong(columns -> columns.scores().length).sum();
        long lookahead = routing.stream()
                .flatMap(columns -> columns.lookahead().stream())
                .mapToLong(chosen -> chosen.length)
                .sum();
        return activations() * (Short.BYTES + Float.BYTES)
                + scores * Float.BYTES
                + lookahead * Short.BYTES
                + routingRows() * (2L * Integer.BYTES + 1 + 4L * Float.BYTES)
                + tokenRows() * (3L * Integer.BYTES + 1 + Long.BYTES)
                + generations.stream()
                        .mapToLong(row -> (long) Character.BYTES * row.text().length())
                        .sum()
                + values * Float.BYTES;
    }

    /** Number of rows of routing for the last tokens of prompts. */
    long lastRows() {
        long rows = 0;
        for (RoutingColumns columns : routing) {
            for (boolean last : columns.last()) {
                rows += last ? 1 : 0;
            }
        }
        return rows;
    }

    /** Number of tokens that were generated after the prompts. */
    public long generatedTokens() {
        return generations.stream().mapToLong(GenerationRow::tokens).sum();
    }

    long tokenRows() {
        return tokens.stream().mapToLong(TokenColumns::rows).sum();
    }
}
