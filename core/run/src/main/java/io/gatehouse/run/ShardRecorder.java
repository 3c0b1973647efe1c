package io.gatehouse.run;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.RoutingBatch;
import io.gatehouse.engine.prefill.RoutingBatch.RowValues;
import io.gatehouse.quiz.ChoiceScore;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.run.prompt.PromptedQuestion;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import io.gatehouse.store.write.TokenValues;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Turns the engine's results for the prompts of a shard into the columns of the store. */
public final class ShardRecorder implements PrefillListener {
    private final List<PromptedQuestion> prompts;
    private final int[] questionIds;
    private final ChoiceScorer scorer;
    private final Tokenizer tokenizer;
    private final IntConsumer layerDone;
    private final Recording recording;
    private final List<RoutingColumns> routing = new ArrayList<>();
    private final List<TokenValues> gates = new ArrayList<>();
    private final List<TokenValues> norms = new ArrayList<>();
    private final List<AnswerRow> answers = new ArrayList<>();

    /** @param layerDone called repeatedly with the number of tokens that a layer is done with; ends the shard by throwing */
    ShardRecorder(
            List<PromptedQuestion> prompts,
            int[] questionIds,
            ChoiceScorer scorer,
            Tokenizer tokenizer,
            Recording recording,
            IntConsumer layerDone) {
        this.prompts = prompts;
        this.questionIds = questionIds;
        this.scorer = scorer;
        this.tokenizer = tokenizer;
        this.layerDone = layerDone;
        this.recording = recording;
    }

    /** What the engine has to capture for a recording. */
    public static Capture capture(Recording recording) {
        Capture.Tokens scope = recording.scope() == Scope.PROMPT ? Capture.Tokens.ALL : Capture.Tokens.LAST;
        Capture.Tokens gates = switch (recording.probabilities()) {
            case NONE -> Capture.Tokens.NONE;
            case LAST_PROMPT -> Capture.Tokens.LAST;
            case ALL -> Capture.Tokens.ALL;
        };
        return new Capture(scope, gates, recording.norms() ? scope : Capture.Tokens.NONE)
                .lookingAhead(recording.lookahead());
    }

    @Override
    public void routed(RoutingBatch batch) {
        int[] ids = new int[batch.tokens()];
        boolean[] last = new boolean[batch.tokens()];
        for (int row = 0; row < ids.length; row++) {
            int prompt = batch.prompts()[row];
            ids[row] = questionIds[prompt];
            last[row] = batch.positions()[row] == prompts.get(prompt).tokens() - 1;
        }
        routing.add(new RoutingColumns(
                batch.layer(),
                batch.topK(),
                ids,
                batch.positions(),
                last,
                false,
                true,
                batch.experts(),
                lookahead(batch),
                batch.weights(),
                new float[0],
                batch.entropy(),
                batch.topKEntropy(),
                batch.mass(),
                batch.margin()));
        batch.probabilities().ifPresent(values -> gates.add(values(batch, ids, values)));
        batch.expertNorms().ifPresent(values -> norms.add(values(batch, ids, values)));
    }

    /** By distance, from 1. */
    static List<short[]> lookahead(RoutingBatch batch) {
        int most = batch.lookahead().keySet().stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElse(0);
        return IntStream.rangeClosed(1, most)
                .mapToObj(distance -> batch.lookahead().getOrDefault(distance, new short[0]))
                .toList();
    }

    private static TokenValues values(RoutingBatch batch, int[] ids, RowValues values) {
        return new TokenValues(
                batch.layer(),
                values.width(),
                IntStream.of(values.rows()).map(row -> ids[row]).toArray(),
                IntStream.of(values.rows()).map(row -> batch.positions()[row]).toArray(),
                values.values());
    }

    @Override
    public void layerDone(int layer, int tokens) {
        layerDone.accept(tokens);
    }

    @Override
    public void lastLogits(int prompt, float[] logits) {
        answers.add(answer(prompts.get(prompt), questionIds[prompt], scorer, tokenizer, logits));
    }

    /** The answer that the logits after a prompt give. */
    static AnswerRow answer(
            PromptedQuestion prompted, int questionId, ChoiceScorer scorer, Tokenizer tokenizer, float[] logits) {
        ChoiceScore score = scorer.score(logits, prompted.question().choices().size());
        return new AnswerRow(
                questionId,
                score.predicted(),
                score.isRight(prompted.question()),
                floats(score.logProbabilities()),
                score.topToken(),
                tokenizer.token(score.topToken()),
                prompted.tokens());
    }

    Shard shard(int number) {
        TokenColumns tokens = promptTokens(prompts, questionIds, recording.scope(), tokenizer);
        return new Shard(number, routing, List.of(tokens), answers, gates, norms);
    }

    /** The prompt tokens of the scope. */
    static TokenColumns promptTokens(
            List<PromptedQuestion> prompts, int[] questionIds, Scope scope, Tokenizer tokenizer) {
        int rows = prompts.stream()
                .mapToInt(prompted -> recordedTokens(prompted, scope))
                .sum();
        int[] ids = new int[rows];
        int[] positions = new int[rows];
        boolean[] last = new boolean[rows];
        int[] tokenIds = new int[rows];
        String[] texts = new String[rows];
        String[] segments = new String[rows];
        int row = 0;
        for (int prompt = 0; prompt < prompts.size(); prompt++) {
            PromptedQuestion prompted = prompts.get(prompt);
            int[] tokens = prompted.prompt().tokens();
            prompted.segments().copyLast(recordedTokens(prompted, scope), segments, row);
            for (int position = tokens.length - recordedTokens(prompted, scope);
                    position < tokens.length;
                    position++, row++) {
                ids[row] = questionIds[prompt];
                positions[row] = position;
                last[row] = position == tokens.length - 1;
                tokenIds[row] = tokens[position];
                texts[row] = tokenizer.token(tokens[position]);
            }
        }
        return new TokenColumns(ids, positions, last, tokenIds, texts, segments);
    }

    private static int recordedTokens(PromptedQuestion prompted, Scope scope) {
        return scope == Scope.PROMPT ? prompted.tokens() : 1;
    }

    private static float[] floats(List<Double> values) {
        float[] narrow = new float[values.size()];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = values.get(i).floatValue();
        }
        return narrow;
    }
}
