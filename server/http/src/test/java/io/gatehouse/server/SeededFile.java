package io.gatehouse.server;

import io.gatehouse.store.Store;
import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A database file with one complete run: 4 layers, 16 experts, top-4; 3 subjects of 8 questions; prompts of 5 tokens. The
 * numbers are random but always the same. Expert 15 never fires.
 */
public final class SeededFile {
    public static final int LAYERS = 4;
    public static final int EXPERTS = 16;
    public static final int QUESTIONS = 24;

    private static final int TOP_K = 4;
    private static final int POSITIONS = 5;
    private static final List<String> SUBJECTS = List.of("arithmetic", "colours", "spelling");

    private SeededFile() {}

    public static void write(Path file) {
        try (Store store = Store.create(file)) {
            addRun(store, "first", 7);
        }
    }

    /** A run of the same model over the same questions, with decisions of its own. */
    public static void addRun(Store store, String name, long seed) {
        addRun(store, description(name, ""), seed, QUESTIONS, RunStatus.COMPLETE);
    }

    /** Such a run that was cancelled after so many questions. */
    static void addCancelledRun(Store store, String name, long seed, int answered) {
        addRun(store, description(name, ""), seed, answered, RunStatus.CANCELLED);
    }

    /** Such a run in which the model was changed. */
    public static void addChangedRun(Store store, String name, long seed, String interventions) {
        addRun(store, description(name, interventions), seed, QUESTIONS, RunStatus.COMPLETE);
    }

    private static void addRun(Store store, RunDescription description, long seed, int answered, RunStatus status) {
        Random random = new Random(seed);
        try (RunWriter run = store.startRun(description, questions())) {
            int[] ids = IntStream.range(0, answered).map(run::questionId).toArray();
            run.write(new Shard(0, routing(ids, random), List.of(tokens(ids)), answers(ids, random)));
            run.finish(status);
        }
    }

    private static RunDescription description(String name, String interventions) {
        return new RunDescription(
                name,
                "seeded",
                "0".repeat(64),
                "OlmoeForCausalLM",
                ModelLayer.alike(LAYERS, EXPERTS, TOP_K),
                "quiz",
                "hendrycks",
                0,
                Recording.decisions(Scope.PROMPT),
                "exact",
                "cpu",
                interventions,
                "test");
    }

    private static List<QuestionRow> questions() {
        return IntStream.range(0, QUESTIONS)
                .mapToObj(i -> new QuestionRow(
                        SUBJECTS.get(i % SUBJECTS.size()),
                        i / SUBJECTS.size() + 1,
                        "Question %d?".formatted(i),
                        List.of("one", "two", "three", "four"),
                        "ABCD".charAt(i % 4)))
                .toList();
    }

    private static List<RoutingColumns> routing(int[] ids, Random random) {
        int rows = ids.length * POSITIONS;
        List<RoutingColumns> layers = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            short[] experts = new short[rows * TOP_K];
            float[] weights = new float[rows * TOP_K];
            for (int row = 0; row < rows; row++) {
                List<Integer> chosen = random.ints(0, EXPERTS - 1)
                        .distinct()
                        .limit(TOP_K)
                        .boxed()
                        .toList();
                for (int rank = 0; rank < TOP_K; rank++) {
                    experts[row * TOP_K + rank] = chosen.get(rank).shortValue();
                    weights[row * TOP_K + rank] = 0.4f / (rank + 1) + 0.01f * random.nextFloat();
                }
            }
            layers.add(new RoutingColumns(
                    layer,
                    TOP_K,
                    repeated(ids),
                    positions(ids.length),
                    last(rows),
                    experts,
                    weights,
                    floats(rows, 2.2f, random),
                    floats(rows, 1.1f, random),
                    floats(rows, 0.8f, random),
                    floats(rows, 0.01f, random)));
        }
        return layers;
    }

    private static TokenColumns tokens(int[] ids) {
        int rows = ids.length * POSITIONS;
        int[] tokenIds = IntStream.range(0, rows).map(row -> row % 17).toArray();
        String[] tokens = IntStream.of(tokenIds).mapToObj(id -> " t" + id).toArray(String[]::new);
        return new TokenColumns(repeated(ids), positions(ids.length), last(rows), tokenIds, tokens);
    }

    private static List<AnswerRow> answers(int[] ids, Random random) {
        List<AnswerRow> answers = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            char right = "ABCD".charAt(i % 4);
            boolean correct = random.nextInt(10) < 7;
            char predicted = correct ? right : "BCDA".charAt(i % 4);
            float[] logProbabilities = {-1.5f, -1.5f, -1.5f, -1.5f};
            logProbabilities[predicted - 'A'] = -0.9f;
            answers.add(new AnswerRow(ids[i], predicted, correct, logProbabilities, 5, " " + predicted, POSITIONS));
        }
        return answers;
    }

    private static int[] repeated(int[] ids) {
        return IntStream.of(ids)
                .flatMap(id -> IntStream.generate(() -> id).limit(POSITIONS))
                .toArray();
    }

    private static int[] positions(int questions) {
        return IntStream.range(0, questions * POSITIONS)
                .map(row -> row % POSITIONS)
                .toArray();
    }

    private static boolean[] last(int rows) {
        boolean[] last = new boolean[rows];
        for (int row = POSITIONS - 1; row < rows; row += POSITIONS) {
            last[row] = true;
        }
        return last;
    }

    private static float[] floats(int rows, float base, Random random) {
        float[] values = new float[rows];
        for (int row = 0; row < rows; row++) {
            values[row] = base + 0.005f * random.nextFloat();
        }
        return values;
    }
}
