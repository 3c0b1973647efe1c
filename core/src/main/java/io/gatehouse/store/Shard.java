package io.gatehouse.store;

import java.util.List;

/**
 * Some questions of a run with everything recorded about them: the unit of work, of commit and of retry. Every question
 * has exactly one answer row, and routing and tokens belong to no other question.
 *
 * <p>DuckDB writes shards of at least 122,880 routing rows (tokens x layers) straight to their place in the file;
 * smaller ones go through its log and are merged later, which costs several times as much per row.
 *
 * @param number number of the shard within its run, from 0
 */
public record Shard(int number, List<RoutingColumns> routing, List<TokenColumns> tokens, List<AnswerRow> answers) {
    public Shard {
        if (number < 0) {
            throw new IllegalArgumentException("Negative shard number: " + number);
        }
        routing = List.copyOf(routing);
        tokens = List.copyOf(tokens);
        answers = List.copyOf(answers);
        if (answers.isEmpty()) {
            throw new IllegalArgumentException("Shard %d has no questions".formatted(number));
        }
    }

    long routingRows() {
        return routing.stream().mapToLong(RoutingColumns::rows).sum();
    }

    long tokenRows() {
        return tokens.stream().mapToLong(TokenColumns::rows).sum();
    }
}
