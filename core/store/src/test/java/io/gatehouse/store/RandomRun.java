package io.gatehouse.store;

import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.store.weights.GramMatrix;
import io.gatehouse.store.weights.LayerWeights;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.GenerationRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import io.gatehouse.store.write.TokenValues;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Runs, questions and shards of any shape, the same for the same seed. */
public record RandomRun(RunDescription description, int tokens, long seed) {
    private static final int FIRST_TOKEN_ID = 1000;

    public static RandomRun of(String name, long seed) {
        return new RandomRun(description(name, 3, 8, 2, Scope.PROMPT), 7, seed);
    }

    public static RunDescription description(String name, int layers, int experts, int topK, Scope scope) {
        return description(name, layers, experts, topK, Recording.decisions(scope));
    }

    public static RunDescription description(String name, int layers, int experts, int topK, Recording recording) {
        return new RunDescription(
                name,
                "tiny",
                "c0ffee",
                "OlmoeForCausalLM",
                ModelLayer.alike(layers, experts, topK),
                "quiz",
                "hendrycks",
                0,
                recording,
                "exact",
                "cpu",
                "",
                "0.1.0");
    }

    /** Questions of one subject, numbered from 1. */
    public static List<QuestionRow> questions(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(ordinal -> question("birds", ordinal))
                .toList();
    }

    public static QuestionRow question(String subject, int ordinal) {
        return new QuestionRow(
                subject, ordinal, "Which of %s %d?".formatted(subject, ordinal), List.of("a", "b", "ü", "日本"), 'C');
    }

    /** A run of one token that went to one of two experts. */
    public static ImportedRun imported(String name) {
        TracedLayer layer = new TracedLayer(0, 1, new int[] {0}, new int[] {1}, false, new float[0], new float[0]);
        TracedSequence sequence = new TracedSequence("first", Optional.empty(), "", new int[0], 1, List.of(layer));
        return ImportedRun.of(name, "vllm", "m", 1, 2, 1, Map.of(), List.of(sequence), List.of());
    }

    /** Weights of so many layers in which no two experts have anything in common. */
    public static List<LayerWeights> weights(int layers, int experts) {
        double[][] products = new double[experts][experts];
        for (int expert = 0; expert < experts; expert++) {
            products[expert][expert] = expert + 1;
        }
        GramMatrix all = new GramMatrix(products);
        return IntStream.range(0, layers)
                .mapToObj(layer -> new LayerWeights(layer, all, all, all, all))
                .toList();
    }

    /** A shard of the questions at {@code from} to {@code to}, exclusive, of the list that started the run. */
    public Shard shard(RunWriter writer, int number, int from, int to) {
        Random random = new Random(seed + number);
        int[] ids = IntStream.range(from, to).map(writer::questionId).toArray();
        List<RoutingColumns> routing = new ArrayList<>();
        for (int layer = 0; layer < description.layers(); layer++) {
            routing.add(routing(random, layer, ids));
        }
        List<AnswerRow> answers = new ArrayList<>();
        for (int id : ids) {
            answers.add(new AnswerRow(id, 'C', id % 2 == 0, floats(random, 4), 7, " C", tokens));
        }
        if (!description.generation().generates()) {
            return new Shard(number, routing, List.of(tokens(ids)), answers, gates(random, ids), norms(random, ids));
        }
        List<TokenColumns> texts = new ArrayList<>(List.of(tokens(ids)));
        List<GenerationRow> generations = new ArrayList<>();
        for (int id : ids) {
            int length = 1 + id % description.generation().maxNewTokens();
            for (int layer = 0; length > 1 && layer < description.layers(); layer++) {
                routing.add(generated(random, layer, id, length - 1));
            }
            texts.add(generatedTokens(random, id, length));
            generations.add(new GenerationRow(
                    id,
                    "ü日 " + id,
                    length,
                    "length",
                    id % 3 == 0 ? Optional.empty() : Optional.of("C"),
                    id % 2 == 0 ? Optional.of(true) : Optional.empty(),
                    7 * id));
        }
        return new Shard(number, routing, texts, answers, List.of(), List.of(), generations);
    }

    /** Decisions about all generated tokens but the last one. */
    private RoutingColumns generated(Random random, int layer, int id, int rows) {
        int topK = description.topK();
        return new RoutingColumns(
                layer,
                topK,
                IntStream.generate(() -> id).limit(rows).toArray(),
                IntStream.range(tokens, tokens + rows).toArray(),
                new boolean[rows],
                true,
                true,
                experts(random, rows),
                lookahead(random, layer, rows),
                floats(random, rows * topK),
                new float[0],
                floats(random, rows),
                floats(random, rows),
                floats(random, rows),
                floats(random, rows));
    }

    private TokenColumns generatedTokens(Random random, int id, int rows) {
        int[] positions = IntStream.range(tokens, tokens + rows).toArray();
        return new TokenColumns(
                IntStream.generate(() -> id).limit(rows).toArray(),
                positions,
                new boolean[rows],
                true,
                positions,
                IntStream.of(positions).mapToObj(String::valueOf).toArray(String[]::new),
                IntStream.of(positions)
                        .mapToObj(position -> position == tokens ? "reasoning" : "answer")
                        .toArray(String[]::new),
                floats(random, rows));
    }

    private RoutingColumns routing(Random random, int layer, int[] ids) {
        int rows = ids.length * rowsPerQuestion();
        int topK = description.topK();
        return new RoutingColumns(
                layer,
                topK,
                questionIds(ids),
                positions(ids),
                last(ids),
                false,
                true,
                experts(random, rows),
                lookahead(random, layer, rows),
                floats(random, rows * topK),
                new float[0],
                floats(random, rows),
                floats(random, rows),
                floats(random, rows),
                floats(random, rows));
    }

    private List<short[]> lookahead(Random random, int layer, int rows) {
        return IntStream.rangeClosed(1, Recording.MAX_LOOKAHEAD)
                .mapToObj(distance ->
                        layer >= distance && description.recording().lookahead().contains(distance)
                                ? experts(random, rows)
                                : new short[0])
                .toList();
    }

    /** Gates whose probabilities sum to 1. */
    private List<TokenValues> gates(Random random, int[] ids) {
        int each = switch (description.recording().probabilities()) {
            case NONE -> 0;
            case LAST_PROMPT -> 1;
            case ALL -> rowsPerQuestion();
        };
        return values(each, description.experts(), ids, () -> {
            float[] gate = floats(random, description.experts());
            float sum = 0;
            for (float value : gate) {
                sum += value;
            }
            for (int i = 0; i < gate.length; i++) {
                gate[i] /= sum;
            }
            return gate;
        });
    }

    private List<TokenValues> norms(Random random, int[] ids) {
        int each = description.recording().norms() ? rowsPerQuestion() : 0;
        return values(each, description.topK(), ids, () -> floats(random, description.topK()));
    }

    /** For each layer, numbers of the last {@code each} tokens of each question. */
    private List<TokenValues> values(int each, int width, int[] ids, Supplier<float[]> next) {
        if (each == 0) {
            return List.of();
        }
        int[] questionIds = IntStream.range(0, ids.length * each)
                .map(row -> ids[row / each])
                .toArray();
        int[] positions = IntStream.range(0, ids.length * each)
                .map(row -> tokens - each + row % each)
                .toArray();
        List<TokenValues> layers = new ArrayList<>();
        for (int layer = 0; layer < description.layers(); layer++) {
            FloatBuffer values = FloatBuffer.allocate(positions.length * width);
            while (values.hasRemaining()) {
                values.put(next.get());
            }
            layers.add(new TokenValues(layer, width, questionIds, positions, values.array()));
        }
        return layers;
    }

    private TokenColumns tokens(int[] ids) {
        int[] positions = positions(ids);
        int[] tokenIds = IntStream.of(positions)
                .map(position -> FIRST_TOKEN_ID + position)
                .toArray();
        String[] texts =
                IntStream.of(positions).mapToObj(position -> "ü日" + position).toArray(String[]::new);
        return new TokenColumns(questionIds(ids), positions, last(ids), tokenIds, texts);
    }

    private int rowsPerQuestion() {
        return description.scope() == Scope.PROMPT ? tokens : 1;
    }

    private int[] questionIds(int[] ids) {
        return IntStream.range(0, ids.length * rowsPerQuestion())
                .map(row -> ids[row / rowsPerQuestion()])
                .toArray();
    }

    private int[] positions(int[] ids) {
        return IntStream.range(0, ids.length * rowsPerQuestion())
                .map(row -> tokens - rowsPerQuestion() + row % rowsPerQuestion())
                .toArray();
    }

    private boolean[] last(int[] ids) {
        boolean[] last = new boolean[ids.length * rowsPerQuestion()];
        for (int row = rowsPerQuestion() - 1; row < last.length; row += rowsPerQuestion()) {
            last[row] = true;
        }
        return last;
    }

    /** As many different experts per row as the model chooses. */
    private short[] experts(Random random, int rows) {
        int topK = description.topK();
        short[] experts = new short[rows * topK];
        for (int row = 0; row < rows; row++) {
            int first = random.nextInt(description.experts());
            for (int rank = 0; rank < topK; rank++) {
                experts[row * topK + rank] = (short) ((first + rank) % description.experts());
            }
        }
        return experts;
    }

    private static float[] floats(Random random, int count) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = random.nextFloat();
        }
        return floats;
    }
}
