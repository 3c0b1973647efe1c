package io.gatehouse.store.write;

import io.gatehouse.store.run.RunDescription;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A shard in the order of the file, and the sums for its rollups: what is computed before the transaction that writes
 * it, on any thread.
 *
 * @param answers in the order of the questions
 * @param bytes approximate memory
 */
record ShardRows(
        int number,
        List<AnswerRow> answers,
        List<Segment<RoutingBlock>> routing,
        ShardSums sums,
        List<Segment<TokenColumns>> tokens,
        List<Segment<TokenValues>> gates,
        List<Segment<TokenValues>> norms,
        List<GenerationRow> generations,
        long bytes) {
    /**
     * Computes them.
     *
     * @throws IllegalArgumentException if a question has a position twice in a layer, or positions in disorder
     */
    static ShardRows of(Shard shard, RunDescription run, QuestionGroups groups) {
        List<Segment<RoutingBlock>> routing =
                Segment.routing(shard.routing().stream().map(RoutingBlock::of).toList());
        Map<Integer, QuestionGroups.Group> groupOf =
                shard.answers().stream().collect(Collectors.toMap(AnswerRow::questionId, groups::of));
        ShardSums sums = ShardSums.of(run.layers(), run.experts(), routing, groupOf);
        return new ShardRows(
                shard.number(),
                shard.answers().stream()
                        .sorted(Comparator.comparingInt(AnswerRow::questionId))
                        .toList(),
                routing,
                sums,
                Segment.tokens(shard.tokens()),
                Segment.values(shard.gates()),
                Segment.values(shard.norms()),
                shard.generations().stream()
                        .sorted(Comparator.comparingInt(GenerationRow::questionId))
                        .toList(),
                shard.bytes() + sums.bytes());
    }

    long generatedTokens() {
        return generations.stream().mapToLong(GenerationRow::tokens).sum();
    }

    long tokenRows() {
        return Segment.rows(tokens);
    }

    long routingRows() {
        return Segment.rows(routing);
    }

    long activations() {
        return routing.stream()
                .mapToLong(segment -> (long) segment.rows() * segment.columns().topK())
                .sum();
    }
}
