package io.gatehouse.store.write;

import io.gatehouse.store.run.RunDescription;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A shard in the order and the units of the file, and its rollup: all that can be worked out before the transaction that
 * writes it, on any thread. Units take the place of the floats of decisions, which are no longer held.
 *
 * @param answers by question
 * @param bytes of memory, about
 */
record ShardRows(
        int number,
        List<AnswerRow> answers,
        List<Segment<RoutingUnits>> routing,
        Rollup rollup,
        List<Segment<TokenColumns>> tokens,
        List<Segment<TokenValues>> gates,
        List<Segment<TokenValues>> norms,
        long bytes) {
    /**
     * Works them out.
     *
     * @throws IllegalArgumentException if a question has a position twice in a layer, or positions in disorder
     */
    static ShardRows of(Shard shard, RunDescription run, RunQuestions questions) {
        List<Segment<RoutingUnits>> routing =
                Segment.routing(shard.routing().stream().map(RoutingUnits::of).toList());
        Map<Integer, Rollup.Group> groups =
                shard.answers().stream().collect(Collectors.toMap(AnswerRow::questionId, questions::group));
        return new ShardRows(
                shard.number(),
                shard.answers().stream()
                        .sorted(Comparator.comparingInt(AnswerRow::questionId))
                        .toList(),
                routing,
                Rollup.of(run.layers(), run.experts(), routing, groups),
                Segment.tokens(shard.tokens()),
                Segment.values(shard.gates()),
                Segment.values(shard.norms()),
                // Units are as large as the floats were.
                shard.bytes());
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
