package io.gatehouse.store.write;

import io.gatehouse.store.run.Ledger.CommittedWork;
import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.Scope;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/** Rejects a shard that contradicts its run or an earlier shard, before any of it is written. */
final class ShardCheck {
    private final RunDescription run;
    private final BitSet runQuestions = new BitSet();
    private final BitSet answered;
    private final BitSet shards;

    ShardCheck(RunDescription run, int[] questionIds, CommittedWork committed) {
        this.run = run;
        this.answered = (BitSet) committed.answered().clone();
        this.shards = (BitSet) committed.shards().clone();
        for (int questionId : questionIds) {
            runQuestions.set(questionId);
        }
    }

    /** Rejects shards that contradict each other or the file. */
    void checkNew(List<ShardRows> together) {
        BitSet numbers = (BitSet) shards.clone();
        BitSet taken = (BitSet) answered.clone();
        for (ShardRows shard : together) {
            if (numbers.get(shard.number())) {
                throw refused(shard.number(), "was written already");
            }
            numbers.set(shard.number());
            for (AnswerRow answer : shard.answers()) {
                requireFirst(shard.number(), answer, taken);
            }
        }
    }

    /** Rejects a shard that contradicts itself or its run. Ignores other shards; may be called from any thread. */
    void checkContents(Shard shard) {
        BitSet questions = questions(shard);
        for (RoutingColumns columns : shard.routing()) {
            if (!run.imported() && !columns.isComplete()) {
                throw refused(shard, "lacks figures of layer %d".formatted(columns.layer()));
            }
            checkModel(shard, columns);
            checkLookahead(shard, columns);
            checkTokens(shard, questions, columns.questionIds());
            checkScope(shard, columns.questionIds(), columns.last(), columns.generated());
        }
        for (TokenColumns columns : shard.tokens()) {
            checkTokens(shard, questions, columns.questionIds());
            // A source may name all tokens and the experts of the last one only.
            if (!run.imported()) {
                checkScope(shard, columns.questionIds(), columns.last(), columns.generated());
            }
        }
        checkGenerations(shard, questions);
        checkValues(shard, questions, "gates", shard.gates(), expectedGates(shard), ModelLayer::experts);
        checkValues(
                shard,
                questions,
                "norms",
                shard.norms(),
                run.recording().norms() ? shard.routingRows() : 0,
                ModelLayer::topK);
    }

    /** Records that a shard is in the file. */
    void committed(ShardRows shard) {
        shards.set(shard.number());
        shard.answers().forEach(answer -> answered.set(answer.questionId()));
    }

    boolean isWritten(int shard) {
        return shards.get(shard);
    }

    /** Number of questions in committed shards. */
    int answered() {
        return answered.cardinality();
    }

    private BitSet questions(Shard shard) {
        BitSet questions = new BitSet();
        for (AnswerRow answer : shard.answers()) {
            int questionId = answer.questionId();
            if (questionId < 0 || !runQuestions.get(questionId)) {
                throw refused(shard, "answers question %d, which is not of run %s".formatted(questionId, run.name()));
            }
            requireFirst(shard.number(), answer, questions);
            if (!run.imported() && !answer.isComplete(run.generation().answers())) {
                throw refused(shard, "lacks a part of the answer to question %d".formatted(questionId));
            }
        }
        return questions;
    }

    private static void requireFirst(int shard, AnswerRow answer, BitSet taken) {
        if (taken.get(answer.questionId())) {
            throw refused(shard, "answers question %d a second time".formatted(answer.questionId()));
        }
        taken.set(answer.questionId());
    }

    private void checkModel(Shard shard, RoutingColumns columns) {
        ModelLayer layer = layer(shard, columns.layer());
        if (columns.topK() > layer.topK()) {
            throw refused(
                    shard,
                    "has top-k %d in layer %d, the run %d".formatted(columns.topK(), columns.layer(), layer.topK()));
        }
        checkExperts(shard, columns.layer(), columns.experts());
    }

    private void checkExperts(Shard shard, int layer, short[] chosen) {
        int experts = layer(shard, layer).experts();
        for (short expert : chosen) {
            if (expert < 0 || expert >= experts) {
                throw refused(shard, "has expert %d of %d in layer %d".formatted(expert, experts, layer));
            }
        }
    }

    /** A run has what it says that it records, where there are layers to look back to. */
    private void checkLookahead(Shard shard, RoutingColumns columns) {
        long before = run.modelLayers().stream()
                .limit(columns.layer())
                .filter(layer -> layer.kind() == ModelLayer.Kind.MOE)
                .count();
        for (int distance = 1; distance <= Recording.MAX_LOOKAHEAD; distance++) {
            boolean wanted = columns.rows() > 0
                    && before >= distance
                    && run.recording().lookahead().contains(distance);
            boolean present = distance <= columns.lookahead().size()
                    && columns.lookahead().get(distance - 1).length > 0;
            if (wanted != present) {
                throw refused(
                        shard,
                        "has %s lookahead of %d layers in layer %d"
                                .formatted(present ? "a" : "no", distance, columns.layer()));
            }
        }
        for (short[] chosen : columns.lookahead()) {
            checkExperts(shard, columns.layer(), chosen);
        }
    }

    private ModelLayer layer(Shard shard, int number) {
        if (number < 0 || number >= run.layers()) {
            throw refused(shard, "has layer %d of %d".formatted(number, run.layers()));
        }
        return run.modelLayers().get(number);
    }

    private static void checkTokens(Shard shard, BitSet questions, int[] questionIds) {
        for (int questionId : questionIds) {
            if (questionId < 0 || !questions.get(questionId)) {
                throw refused(shard, "has tokens of question %d, which it does not answer".formatted(questionId));
            }
        }
    }

    private void checkScope(Shard shard, int[] questionIds, boolean[] last, boolean generated) {
        for (int i = 0; generated && i < questionIds.length; i++) {
            if (last[i]) {
                throw refused(
                        shard,
                        "has a generated token as the last of the prompt of question %d".formatted(questionIds[i]));
            }
        }
        for (int i = 0; !generated && run.scope() == Scope.LAST_PROMPT && i < questionIds.length; i++) {
            if (!last[i]) {
                throw refused(shard, "has more than the last token of question %d".formatted(questionIds[i]));
            }
        }
    }

    /** Imports may have generated tokens without their text. */
    private void checkGenerations(Shard shard, BitSet questions) {
        Map<Integer, Integer> tokens = new TreeMap<>();
        for (TokenColumns columns : shard.tokens()) {
            for (int i = 0; columns.generated() && i < columns.rows(); i++) {
                tokens.merge(columns.questionIds()[i], 1, Integer::sum);
            }
        }
        BitSet generated = new BitSet();
        for (GenerationRow row : shard.generations()) {
            int questionId = row.questionId();
            if (questionId < 0 || !questions.get(questionId) || generated.get(questionId)) {
                throw refused(shard, "has a text of question %d, which it does not answer".formatted(questionId));
            }
            generated.set(questionId);
            if (row.tokens() < 1 || row.tokens() > run.generation().maxNewTokens()) {
                throw refused(
                        shard,
                        "has a text of %d tokens after question %d, at most %d can be"
                                .formatted(
                                        row.tokens(),
                                        questionId,
                                        run.generation().maxNewTokens()));
            }
            if (tokens.getOrDefault(questionId, 0) != row.tokens()) {
                throw refused(
                        shard,
                        "has %d of the %d tokens after question %d"
                                .formatted(tokens.getOrDefault(questionId, 0), row.tokens(), questionId));
            }
        }
        if (!run.imported()
                && generated.cardinality() != (run.generation().generates() ? questions.cardinality() : 0)) {
            throw refused(
                    shard,
                    "has texts after %d of %d questions".formatted(generated.cardinality(), questions.cardinality()));
        }
        if (!run.imported() && !run.generation().generates() && !tokens.isEmpty()) {
            throw refused(shard, "has generated tokens, which the run has none of");
        }
    }

    private long expectedGates(Shard shard) {
        return switch (run.recording().probabilities()) {
            case NONE -> 0;
            case LAST_PROMPT -> shard.lastRows();
            case ALL -> shard.routingRows();
        };
    }

    private void checkValues(
            Shard shard,
            BitSet questions,
            String what,
            List<TokenValues> values,
            long expectedRows,
            ToIntFunction<ModelLayer> widthOfLayer) {
        long rows = values.stream().mapToLong(TokenValues::rows).sum();
        if (rows != expectedRows) {
            throw refused(shard, "has %s of %d tokens and layers instead of %d".formatted(what, rows, expectedRows));
        }
        for (TokenValues columns : values) {
            int largestWidth = widthOfLayer.applyAsInt(layer(shard, columns.layer()));
            if (columns.width() > largestWidth) {
                throw refused(
                        shard,
                        "has %d %s of a token, at most %d can be".formatted(columns.width(), what, largestWidth));
            }
            for (int questionId : columns.questionIds()) {
                if (questionId < 0 || !questions.get(questionId)) {
                    throw refused(shard, "has %s of question %d, which it does not answer".formatted(what, questionId));
                }
            }
        }
    }

    private static IllegalArgumentException refused(Shard shard, String complaint) {
        return refused(shard.number(), complaint);
    }

    private static IllegalArgumentException refused(int shard, String complaint) {
        return new IllegalArgumentException("Shard %d %s".formatted(shard, complaint));
    }
}
