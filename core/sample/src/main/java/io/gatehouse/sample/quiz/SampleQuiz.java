package io.gatehouse.sample.quiz;

import static java.util.Objects.requireNonNull;

import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Subject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** A quiz over every subject of the curriculum, with MMLU's three splits. */
public record SampleQuiz(List<Part> parts) {
    /** The seed of the quiz that comes with Gatehouse. */
    public static final long BUNDLED_SEED = 1;

    private static final int DEV = 5;
    private static final int VAL = 20;
    private static final int TEST = 120;

    public SampleQuiz {
        parts = List.copyOf(parts);
    }

    /** One subject's questions; no instance is in two splits. */
    public record Part(Subject subject, List<Question> val) {
        public Part {
            requireNonNull(subject, "subject is null");
            val = List.copyOf(val);
        }
    }

    /** The quiz of this seed, which is the same on every machine. */
    public static SampleQuiz generate(Curriculum curriculum, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return new SampleQuiz(IntStream.range(0, curriculum.subjects().size())
                .mapToObj(subject -> part(curriculum, subject, random.split()))
                .toList());
    }

    private static Part part(Curriculum curriculum, int subject, RandomGenerator random) {
        Set<String> keys = new HashSet<>();
        List<Exercise> exercises = new ArrayList<>();
        while (exercises.size() < DEV + VAL + TEST) {
            Exercise exercise = curriculum.unseen(subject, random);
            if (keys.add(exercise.key())) {
                exercises.add(exercise);
            }
        }
        String name = curriculum.subjects().get(subject);
        List<Question> dev = posed(name, exercises.subList(0, DEV), random);
        List<Question> val = posed(name, exercises.subList(DEV, DEV + VAL), random);
        List<Question> test = posed(name, exercises.subList(DEV + VAL, exercises.size()), random);
        return new Part(new Subject(name, dev, test), val);
    }

    /** Every letter is the answer equally often, give or take one. */
    private static List<Question> posed(String subject, List<Exercise> exercises, RandomGenerator random) {
        List<Integer> answers = Shuffle.of(
                IntStream.range(0, exercises.size()).mapToObj(i -> i % 4).toList(), random);
        return IntStream.range(0, exercises.size())
                .mapToObj(i -> exercises.get(i).posed(subject, i + 1, answers.get(i), random))
                .toList();
    }
}
