package io.gatehouse.store;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A shard in the order and the units of the file, and its rollup: all that can be worked out before the transaction that
 * writes it, on any thread.
 */
record ShardRows(
        Shard shard,
        List<Segment<RoutingUnits>> routing,
        Rollup rollup,
        List<Segment<TokenColumns>> tokens,
        List<Segment<TokenValues>> gates,
        List<Segment<TokenValues>> norms) {
    /**
     * Works them out.
     *
     * @param experts experts of a layer
     * @throws IllegalArgumentException if a question has a position twice in a layer, or positions in disorder
     */
    static ShardRows of(Shard shard, int experts, RunQuestions questions) {
        List<Segment<RoutingUnits>> routing =
                Segment.routing(shard.routing().stream().map(RoutingUnits::of).toList());
        Map<Integer, Boolean> correct = new HashMap<>();
        shard.answers().forEach(answer -> correct.put(answer.questionId(), answer.correct()));
        Rollup rollup = new Rollup(experts);
        for (Segment<RoutingUnits> segment : routing) {
            int questionId = segment.questionId();
            rollup.add(
                    segment,
                    questions.subject(questionId),
                    new Rollup.Outcome(questions.answer(questionId), requireNonNull(correct.get(questionId))));
        }
        return new ShardRows(
                shard,
                routing,
                rollup,
                Segment.tokens(shard.tokens()),
                Segment.values(shard.gates()),
                Segment.values(shard.norms()));
    }

    /** Bytes of memory, about: the units take the place of floats as large. */
    long bytes() {
        return shard.bytes();
    }
}
