package io.gatehouse.sample.routing;

import static io.gatehouse.sample.routing.SyntheticRouter.LAYERS;
import static io.gatehouse.sample.routing.SyntheticRouter.TOP_K;

import io.gatehouse.sample.routing.SyntheticRouter.Decisions;
import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Shards of a run of the shape of MMLU through OLMoE-1B-7B: prompts of 60 to 180 tokens, 120 in the mean, 16 layers,
 * top-8 of 64. The decisions of {@value #POOL} prompts are made once and repeat with other questions, further apart
 * than the store's compression looks.
 */
public final class SyntheticShards {
    static final int MEAN_TOKENS = 120;
    private static final long ACTIVATIONS_PER_QUESTION = (long) MEAN_TOKENS * LAYERS * TOP_K;

    /** Three matrices of 2048 x 1024 bfloat16. */
    private static final long EXPERT_BYTES = 3L * 2048 * 1024 * 2;

    private static final int POOL = 256;
    private static final int SUBJECTS = 57;
    private static final int VOCABULARY = 50_304;

    private final List<Block> pool;
    private final int blockQuestions;
    private final String[] vocabulary;
    private final long seed;

    /** Decisions and tokens of some prompts. */
    private record Block(int[] lengths, int[] positions, boolean[] last, int[] tokenIds, List<Decisions> layers) {}

    /** Shards with this number of questions each. */
    public SyntheticShards(int shardQuestions, long seed) {
        this.blockQuestions = shardQuestions;
        this.seed = seed;
        this.vocabulary = vocabulary(new Random(seed));
        this.pool = IntStream.range(0, Math.max(1, POOL / shardQuestions))
                .parallel()
                .mapToObj(block -> block(shardQuestions, seed + block))
                .toList();
    }

    /** The number of shards with at least this number of activations. */
    public static int count(long activations, int shardQuestions) {
        long perShard = ACTIVATIONS_PER_QUESTION * shardQuestions;
        return Math.toIntExact((activations + perShard - 1) / perShard);
    }

    public static RunDescription description(String name) {
        return new RunDescription(
                name,
                "synthetic-1B-7B",
                "0".repeat(64),
                "OlmoeForCausalLM",
                ModelLayer.alike(LAYERS, SyntheticRouter.EXPERTS, TOP_K).stream()
                        .map(layer -> layer.withExpertBytes(EXPERT_BYTES))
                        .toList(),
                "synthetic",
                "hendrycks",
                0,
                Recording.decisions(Scope.PROMPT),
                "exact",
                "cpu",
                "",
                "bench");
    }

    /** Questions with texts of about the length of MMLU's, evenly over as many subjects, one subject after another. */
    public static List<QuestionRow> questions(int count, long seed) {
        Random random = new Random(seed);
        int perSubject = (count + SUBJECTS - 1) / SUBJECTS;
        return IntStream.range(0, count)
                .mapToObj(i -> new QuestionRow(
                        "subject_%02d".formatted(i / perSubject),
                        i % perSubject + 1,
                        words(random, 40),
                        List.of(words(random, 8), words(random, 8), words(random, 8), words(random, 8)),
                        "ABCD".charAt(random.nextInt(4))))
                .toList();
    }

    /** Shard {@code number}, of the questions from {@code number * shardQuestions} on. */
    public Shard shard(RunWriter writer, int number) {
        Block block = pool.get(number % pool.size());
        int[] ids = new int[block.positions.length];
        List<AnswerRow> answers = new ArrayList<>();
        Random random = new Random(seed + number);
        int row = 0;
        for (int i = 0; i < blockQuestions; i++) {
            int id = writer.questionId(number * blockQuestions + i);
            Arrays.fill(ids, row, row + block.lengths[i], id);
            row += block.lengths[i];
            answers.add(answer(random, id, block.lengths[i]));
        }
        List<RoutingColumns> routing = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            Decisions decisions = block.layers.get(layer);
            routing.add(new RoutingColumns(
                    layer,
                    TOP_K,
                    ids,
                    block.positions,
                    block.last,
                    decisions.experts(),
                    decisions.weights(),
                    decisions.entropy(),
                    decisions.topKEntropy(),
                    decisions.mass(),
                    decisions.margin()));
        }
        String[] texts = IntStream.of(block.tokenIds)
                .mapToObj(token -> vocabulary[token])
                .toArray(String[]::new);
        TokenColumns tokens = new TokenColumns(ids, block.positions, block.last, block.tokenIds, texts);
        return new Shard(number, routing, List.of(tokens), answers);
    }

    private static AnswerRow answer(Random random, int id, int promptTokens) {
        float[] logProbabilities = new float[4];
        int best = 0;
        for (int choice = 0; choice < 4; choice++) {
            logProbabilities[choice] = -3 * random.nextFloat();
            best = logProbabilities[choice] > logProbabilities[best] ? choice : best;
        }
        char letter = (char) ('A' + best);
        return new AnswerRow(
                id, letter, random.nextInt(100) < 55, logProbabilities, 300 + best, " " + letter, promptTokens);
    }

    private static Block block(int questions, long seed) {
        Random random = new Random(seed);
        int[] lengths = IntStream.range(0, questions)
                .map(i -> MEAN_TOKENS / 2 + random.nextInt(MEAN_TOKENS + 1))
                .toArray();
        int rows = IntStream.of(lengths).sum();
        int[] positions = new int[rows];
        boolean[] last = new boolean[rows];
        int[] tokenIds = new int[rows];
        int row = 0;
        for (int length : lengths) {
            for (int position = 0; position < length; position++, row++) {
                positions[row] = position;
                last[row] = position == length - 1;
                // Common tokens are far more common than rare ones.
                tokenIds[row] = (int) Math.pow(VOCABULARY, random.nextDouble()) - 1;
            }
        }
        List<Decisions> layers = IntStream.range(0, LAYERS)
                .mapToObj(layer -> decisions(new SyntheticRouter(layer, seed), lengths, rows))
                .toList();
        return new Block(lengths, positions, last, tokenIds, layers);
    }

    private static Decisions decisions(SyntheticRouter router, int[] lengths, int rows) {
        Decisions decisions = Decisions.of(rows);
        int row = 0;
        for (int length : lengths) {
            router.nextPrompt();
            for (int i = 0; i < length; i++, row++) {
                router.route(decisions, row);
            }
        }
        return decisions;
    }

    private static String[] vocabulary(Random random) {
        return IntStream.range(0, VOCABULARY).mapToObj(id -> " " + word(random)).toArray(String[]::new);
    }

    private static String words(Random random, int count) {
        StringBuilder text = new StringBuilder(word(random));
        for (int i = 1; i < count; i++) {
            text.append(' ').append(word(random));
        }
        return text.toString();
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        for (int length = 2 + random.nextInt(8); word.length() < length; ) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }
}
