package io.gatehouse.testing.store;

import io.gatehouse.store.Store;
import io.gatehouse.store.run.Generation;
import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.GenerationRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A database file with one complete run: 4 layers, 16 experts, top-4; 3 subjects of 8 questions; prompts of 5 tokens. The
 * numbers are random but always the same. Expert 15 never fires. Runs that generate text answer another quiz.
 */
public final class SeededFile {
    public static final int LAYERS = 4;
    public static final int EXPERTS = 16;
    public static final int QUESTIONS = 24;

    private static final int TOP_K = 4;
    private static final int POSITIONS = 5;
    private static final List<String> SUBJECTS = List.of("arithmetic", "colours", "spelling");

    /** What a text says that is not cut, in tokens: reasoning, an answer, and the token that ends it. */
    private static final List<String> WRITTEN = List.of("<think>", " adding", "</think>", " 7", "<|end|>");

    private static final List<String> SEGMENTS = List.of("reasoning", "reasoning", "reasoning", "answer", "answer");

    private SeededFile() {}

    /** Writes it. */
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
    public static void addCancelledRun(Store store, String name, long seed, int answered) {
        addRun(store, description(name, ""), seed, answered, RunStatus.CANCELLED);
    }

    /** Such a run in which the model was changed. */
    public static void addChangedRun(Store store, String name, long seed, String interventions) {
        addRun(store, description(name, interventions), seed, QUESTIONS, RunStatus.COMPLETE);
    }

    /** A run of the same model over a quiz of other subjects. */
    public static void addRunOver(Store store, String name, long seed, List<String> subjects) {
        RunDescription description = description(name, "", "quiz of " + name);
        addRun(store, description, questions(subjects), seed, QUESTIONS, RunStatus.COMPLETE);
    }

    /**
     * A run of the same model over six questions without choices, whose answers are found in generated texts. The last
     * text is cut and has none.
     */
    public static void addWritingRun(Store store, String name, long seed) {
        Random random = new Random(seed);
        RunDescription plain = description(name, "", "sums");
        Generation generation = new Generation(
                WRITTEN.size(), "random temperature=0.7 seed=3", "number", "number", List.of("Q:", "\n\n"));
        try (RunWriter run = store.startRun(plain.withGeneration(generation), sums())) {
            int[] ids = IntStream.range(0, sums().size()).map(run::questionId).toArray();
            List<RoutingColumns> routing = new ArrayList<>(routing(ids, random));
            // The last token of a text goes through no router.
            routing.addAll(routing(ids, random, POSITIONS, WRITTEN.size() - 1, true));
            List<AnswerRow> answers = new ArrayList<>();
            List<GenerationRow> texts = new ArrayList<>();
            for (int i = 0; i < ids.length; i++) {
                boolean cut = i == ids.length - 1;
                Optional<String> found = cut ? Optional.empty() : Optional.of("7");
                boolean correct = !cut && i % 2 == 0;
                answers.add(new AnswerRow(
                        ids[i],
                        found,
                        Optional.of(correct),
                        new float[0],
                        Optional.of(5),
                        Optional.of("<think>"),
                        POSITIONS));
                texts.add(new GenerationRow(
                        ids[i],
                        String.join("", WRITTEN.subList(0, WRITTEN.size() - 1)),
                        WRITTEN.size(),
                        cut ? "length" : "end_token",
                        found,
                        Optional.of(correct),
                        1500));
            }
            run.write(new Shard(0, routing, List.of(tokens(ids), written(ids)), answers, List.of(), List.of(), texts));
            run.finish(RunStatus.COMPLETE);
        }
    }

    private static List<QuestionRow> sums() {
        return IntStream.range(0, 6)
                .mapToObj(i -> new QuestionRow(
                        i < 3 ? "small" : "large",
                        i % 3 + 1,
                        "Sum %d?".formatted(i),
                        List.of(),
                        i % 2 == 0 ? "7" : "8",
                        Map.of()))
                .toList();
    }

    private static TokenColumns written(int[] ids) {
        int rows = ids.length * WRITTEN.size();
        return new TokenColumns(
                repeated(ids, WRITTEN.size()),
                positions(ids.length, POSITIONS, WRITTEN.size()),
                new boolean[rows],
                true,
                IntStream.range(0, rows).map(row -> 20 + row % WRITTEN.size()).toArray(),
                cycled(WRITTEN, rows),
                cycled(SEGMENTS, rows),
                new float[0]);
    }

    private static String[] cycled(List<String> texts, int rows) {
        return IntStream.range(0, rows)
                .mapToObj(row -> texts.get(row % texts.size()))
                .toArray(String[]::new);
    }

    private static void addRun(Store store, RunDescription description, long seed, int answered, RunStatus status) {
        addRun(store, description, questions(SUBJECTS), seed, answered, status);
    }

    private static void addRun(
            Store store,
            RunDescription description,
            List<QuestionRow> questions,
            long seed,
            int answered,
            RunStatus status) {
        Random random = new Random(seed);
        try (RunWriter run = store.startRun(description, questions)) {
            int[] ids = IntStream.range(0, answered).map(run::questionId).toArray();
            run.write(new Shard(0, routing(ids, random), List.of(tokens(ids)), answers(ids, random)));
            run.finish(status);
        }
    }

    private static RunDescription description(String name, String interventions) {
        return description(name, interventions, "quiz");
    }

    private static RunDescription description(String name, String interventions, String quiz) {
        return new RunDescription(
                name,
                "seeded",
                "0".repeat(64),
                "OlmoeForCausalLM",
                ModelLayer.alike(LAYERS, EXPERTS, TOP_K).stream()
                        .map(layer -> layer.withExpertBytes(24_576))
                        .toList(),
                quiz,
                "hendrycks",
                0,
                Recording.decisions(Scope.PROMPT),
                "exact",
                "cpu",
                interventions,
                "test");
    }

    private static List<QuestionRow> questions(List<String> subjects) {
        return IntStream.range(0, QUESTIONS)
                .mapToObj(i -> new QuestionRow(
                        subjects.get(i % subjects.size()),
                        i / subjects.size() + 1,
                        "Question %d?".formatted(i),
                        List.of("one", "two", "three", "four"),
                        "ABCD".charAt(i % 4)))
                .toList();
    }

    private static List<RoutingColumns> routing(int[] ids, Random random) {
        return routing(ids, random, 0, POSITIONS, false);
    }

    private static List<RoutingColumns> routing(int[] ids, Random random, int from, int count, boolean generated) {
        int rows = ids.length * count;
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
                    repeated(ids, count),
                    positions(ids.length, from, count),
                    generated ? new boolean[rows] : last(rows),
                    generated,
                    true,
                    experts,
                    List.of(),
                    weights,
                    new float[0],
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
        return new TokenColumns(
                repeated(ids, POSITIONS), positions(ids.length, 0, POSITIONS), last(rows), tokenIds, tokens);
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

    private static int[] repeated(int[] ids, int each) {
        return IntStream.of(ids)
                .flatMap(id -> IntStream.generate(() -> id).limit(each))
                .toArray();
    }

    private static int[] positions(int questions, int from, int each) {
        return IntStream.range(0, questions * each)
                .map(row -> from + row % each)
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
