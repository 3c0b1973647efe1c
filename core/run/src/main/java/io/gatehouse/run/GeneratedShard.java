package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.engine.prefill.Generated;
import io.gatehouse.engine.prefill.RoutingBatch;
import io.gatehouse.engine.prefill.RoutingBatch.RowValues;
import io.gatehouse.quiz.AnswerRule;
import io.gatehouse.run.prompt.PromptedQuestion;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.run.TokenSegment;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.GenerationRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import io.gatehouse.store.write.TokenValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A shard whose texts are being generated. The engine computes a token of each text at a time; here the rows of a layer are
 * gathered in the order in which they come, and put in order by question when the last text has ended. Questions are known
 * by their place in the shard.
 */
final class GeneratedShard {
    private final ShardTask task;
    private final Scope scope;
    private final Tokenizer tokenizer;
    private final GenerationPlan plan;
    /** Of each prompt whose answer is to be found in its text: the most probable next token. */
    private final Map<Integer, Integer> topTokens = new TreeMap<>();

    private final Map<Integer, DecisionRows> promptRouting = new TreeMap<>();
    private final Map<Integer, DecisionRows> generatedRouting = new TreeMap<>();
    private final Map<Integer, ValueRows> gates = new TreeMap<>();
    private final Map<Integer, ValueRows> norms = new TreeMap<>();
    private final List<AnswerRow> answers = new ArrayList<>();
    private final List<GenerationRow> generations = new ArrayList<>();
    private final List<TokenColumns> tokens = new ArrayList<>();
    private long bytes;

    /** @param plan finds the answers in the texts; if it does not, {@link #answer} is told them */
    GeneratedShard(ShardTask task, Scope scope, Tokenizer tokenizer, GenerationPlan plan) {
        this.task = task;
        this.scope = scope;
        this.tokenizer = tokenizer;
        this.plan = plan;
    }

    /** What the store calls a question. */
    int questionId(int place) {
        return task.questionIds()[place];
    }

    /** Adds a row of a batch, and returns the bytes that it takes. */
    long add(RoutingBatch batch, int row, int place, boolean generated) {
        DecisionRows rows = (generated ? generatedRouting : promptRouting)
                .computeIfAbsent(batch.layer(), layer -> new DecisionRows(batch.topK()));
        return counted(rows.add(batch, row, place));
    }

    /** Adds the probabilities of all experts of a token, and returns the bytes that they take. */
    long addGate(RoutingBatch batch, RowValues values, int row, int place) {
        return counted(gates.computeIfAbsent(batch.layer(), layer -> new ValueRows(values.width()))
                .add(batch, values, row, place));
    }

    /** Adds the norms of the chosen experts of a token, and returns the bytes that they take. */
    long addNorms(RoutingBatch batch, RowValues values, int row, int place) {
        return counted(norms.computeIfAbsent(batch.layer(), layer -> new ValueRows(values.width()))
                .add(batch, values, row, place));
    }

    private long counted(long added) {
        bytes += added;
        return added;
    }

    void answer(AnswerRow answer) {
        answers.add(answer);
    }

    /** Is told of a prompt whose answer is to be found in its text, with the most probable next token. */
    void prompted(int place, int topToken) {
        topTokens.put(place, topToken);
    }

    /** Adds the text after a prompt, and returns whether it is the last one of the shard. */
    boolean finish(int place, Generated text, int milliseconds) {
        PromptedQuestion prompted = task.questions().get(place);
        int[] ids = text.tokens();
        String[] texts = IntStream.of(ids).mapToObj(tokenizer::token).toArray(String[]::new);
        int[] positions = new int[ids.length];
        int[] questionIds = new int[ids.length];
        Arrays.setAll(positions, i -> prompted.tokens() + i);
        Arrays.fill(questionIds, questionId(place));
        TokenSegment[] segments = ReasoningMarkers.segments(promptEnd(prompted), texts);
        tokens.add(new TokenColumns(
                questionIds,
                positions,
                new boolean[ids.length],
                true,
                ids,
                texts,
                Stream.of(segments).map(TokenSegment::id).toArray(String[]::new),
                text.logProbabilities()));
        int[] shown = text.finish() == Generated.Finish.END_TOKEN ? Arrays.copyOf(ids, ids.length - 1) : ids;
        Optional<AnswerRule> rule = plan.answer();
        Optional<String> extracted =
                rule.flatMap(found -> found.find(plan.stop().before(answer(shown, segments)), prompted.question()));
        Optional<Boolean> correct = rule.map(used -> extracted
                .filter(found -> used.isRight(found, prompted.question()))
                .isPresent());
        rule.ifPresent(used -> answers.add(new AnswerRow(
                questionId(place),
                extracted.map(found -> used.given(found, prompted.question())),
                correct,
                new float[0],
                Optional.of(topToken(place)),
                Optional.of(tokenizer.token(topToken(place))),
                prompted.tokens())));
        generations.add(new GenerationRow(
                questionId(place),
                plan.stop().before(tokenizer.decode(shown)),
                ids.length,
                reason(text.finish()),
                extracted,
                correct,
                milliseconds));
        return generations.size() == task.questions().size();
    }

    private int topToken(int place) {
        return requireNonNull(topTokens.get(place), "no logits after the prompt");
    }

    /** The text of an answer without the reasoning before it. */
    private String answer(int[] ids, TokenSegment[] segments) {
        int from = 0;
        while (from < ids.length && segments[from] == TokenSegment.REASONING) {
            from++;
        }
        return tokenizer.decode(Arrays.copyOfRange(ids, from, ids.length));
    }

    private static String reason(Generated.Finish finish) {
        return switch (finish) {
            case END_TOKEN -> "end_token";
            case STOP_SEQUENCE, STOP_TEXT -> "stop";
            case LENGTH -> "length";
        };
    }

    /** The end of the prompt, where a chat template may begin the reasoning. */
    private String promptEnd(PromptedQuestion prompted) {
        int[] prompt = prompted.prompt().tokens();
        StringBuilder end = new StringBuilder();
        for (int i = Math.max(0, prompt.length - ReasoningMarkers.PROMPT_END); i < prompt.length; i++) {
            end.append(tokenizer.token(prompt[i]));
        }
        return end.toString();
    }

    /** Bytes of the rows. */
    long bytes() {
        return bytes;
    }

    /** The columns of the store. */
    Shard shard() {
        List<RoutingColumns> routing = new ArrayList<>();
        promptRouting.forEach((layer, rows) -> routing.add(rows.columns(layer, task, false)));
        generatedRouting.forEach((layer, rows) -> routing.add(rows.columns(layer, task, true)));
        List<TokenColumns> all = new ArrayList<>();
        all.add(ShardRecorder.promptTokens(task.questions(), task.questionIds(), scope, tokenizer));
        all.addAll(tokens);
        return new Shard(task.number(), routing, all, answers, values(gates), values(norms), generations);
    }

    private List<TokenValues> values(Map<Integer, ValueRows> rows) {
        List<TokenValues> columns = new ArrayList<>();
        rows.forEach((layer, values) -> columns.add(values.columns(layer, task)));
        return columns;
    }

    /** Rows of questions in the order in which they came; those of one question in the order of their positions. */
    private abstract static class Rows {
        private int[] places = new int[64];
        private int[] positions = new int[64];
        private int count;

        /** Adds a row, and returns its number. */
        final int add(int place, int position) {
            if (count == places.length) {
                places = Arrays.copyOf(places, 2 * count);
                positions = Arrays.copyOf(positions, 2 * count);
                grow(2 * count);
            }
            places[count] = place;
            positions[count] = position;
            return count++;
        }

        abstract void grow(int rows);

        /** The rows by question. */
        final int[] byQuestion(int questions) {
            int[] next = new int[questions];
            for (int row = 0; row < count; row++) {
                if (places[row] + 1 < questions) {
                    next[places[row] + 1]++;
                }
            }
            for (int question = 1; question < questions; question++) {
                next[question] += next[question - 1];
            }
            int[] order = new int[count];
            for (int row = 0; row < count; row++) {
                order[next[places[row]]++] = row;
            }
            return order;
        }

        final int[] questionIds(int[] order, ShardTask task) {
            return IntStream.of(order)
                    .map(row -> task.questionIds()[places[row]])
                    .toArray();
        }

        final int[] positions(int[] order) {
            return IntStream.of(order).map(row -> positions[row]).toArray();
        }

        /** Whether each row is the last token of its prompt. */
        final boolean[] last(int[] order, ShardTask task) {
            boolean[] last = new boolean[order.length];
            for (int i = 0; i < order.length; i++) {
                int row = order[i];
                last[i] = positions[row] == task.questions().get(places[row]).tokens() - 1;
            }
            return last;
        }

        static float[] inOrder(float[] values, int[] order, int width) {
            float[] ordered = new float[order.length * width];
            for (int i = 0; i < order.length; i++) {
                System.arraycopy(values, order[i] * width, ordered, i * width, width);
            }
            return ordered;
        }
    }

    /** Decisions of one layer about tokens of one phase. */
    private static final class DecisionRows extends Rows {
        private final int topK;
        private short[] experts;
        private final List<short[]> lookahead = new ArrayList<>();
        private float[] weights;
        private float[] entropy = new float[64];
        private float[] topKEntropy = new float[64];
        private float[] mass = new float[64];
        private float[] margin = new float[64];

        DecisionRows(int topK) {
            this.topK = topK;
            this.experts = new short[64 * topK];
            this.weights = new float[64 * topK];
        }

        @Override
        void grow(int rows) {
            experts = Arrays.copyOf(experts, rows * topK);
            lookahead.replaceAll(chosen -> chosen.length == 0 ? chosen : Arrays.copyOf(chosen, rows * topK));
            weights = Arrays.copyOf(weights, rows * topK);
            entropy = Arrays.copyOf(entropy, rows);
            topKEntropy = Arrays.copyOf(topKEntropy, rows);
            mass = Arrays.copyOf(mass, rows);
            margin = Arrays.copyOf(margin, rows);
        }

        long add(RoutingBatch batch, int from, int place) {
            int row = add(place, batch.positions()[from]);
            System.arraycopy(batch.experts(), from * topK, experts, row * topK, topK);
            List<short[]> ahead = ShardRecorder.lookahead(batch);
            for (int i = 0; i < ahead.size(); i++) {
                if (lookahead.size() == i) {
                    lookahead.add(new short[ahead.get(i).length == 0 ? 0 : experts.length]);
                }
                if (ahead.get(i).length > 0) {
                    System.arraycopy(ahead.get(i), from * topK, lookahead.get(i), row * topK, topK);
                }
            }
            System.arraycopy(batch.weights(), from * topK, weights, row * topK, topK);
            entropy[row] = batch.entropy()[from];
            topKEntropy[row] = batch.topKEntropy()[from];
            mass[row] = batch.mass()[from];
            margin[row] = batch.margin()[from];
            return (long) topK * ((1 + ahead.size()) * Short.BYTES + Float.BYTES)
                    + 2L * Integer.BYTES
                    + 4L * Float.BYTES;
        }

        private short[] inOrder(short[] values, int[] order) {
            short[] ordered = new short[order.length * topK];
            for (int i = 0; i < order.length; i++) {
                System.arraycopy(values, order[i] * topK, ordered, i * topK, topK);
            }
            return ordered;
        }

        RoutingColumns columns(int layer, ShardTask task, boolean generated) {
            int[] order = byQuestion(task.questions().size());
            return new RoutingColumns(
                    layer,
                    topK,
                    questionIds(order, task),
                    positions(order),
                    generated ? new boolean[order.length] : last(order, task),
                    generated,
                    true,
                    inOrder(experts, order),
                    lookahead.stream()
                            .map(chosen -> chosen.length == 0 ? chosen : inOrder(chosen, order))
                            .toList(),
                    inOrder(weights, order, topK),
                    new float[0],
                    inOrder(entropy, order, 1),
                    inOrder(topKEntropy, order, 1),
                    inOrder(mass, order, 1),
                    inOrder(margin, order, 1));
        }
    }

    /** Numbers for some tokens in one layer. */
    private static final class ValueRows extends Rows {
        private final int width;
        private float[] values;

        ValueRows(int width) {
            this.width = width;
            this.values = new float[64 * width];
        }

        @Override
        void grow(int rows) {
            values = Arrays.copyOf(values, rows * width);
        }

        long add(RoutingBatch batch, RowValues source, int from, int place) {
            int row = add(place, batch.positions()[source.rows()[from]]);
            System.arraycopy(source.values(), from * width, values, row * width, width);
            return (long) width * Float.BYTES + 2L * Integer.BYTES;
        }

        TokenValues columns(int layer, ShardTask task) {
            int[] order = byQuestion(task.questions().size());
            return new TokenValues(
                    layer, width, questionIds(order, task), positions(order), inOrder(values, order, width));
        }
    }
}
