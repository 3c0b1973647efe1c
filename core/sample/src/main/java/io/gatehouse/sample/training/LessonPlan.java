package io.gatehouse.sample.training;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Subject;
import io.gatehouse.sample.quiz.Curriculum;
import io.gatehouse.sample.training.Batch.Lesson;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The endless stream of batches: prompts as the quiz asks them, each followed by the letter of its answer. */
final class LessonPlan {
    private static final int MOST_SHOTS = 5;

    private final Curriculum curriculum;
    private final int positions;
    private final SplittableRandom random;
    private final LessonReader reader;

    /**
     * Lessons for a model.
     *
     * @param positions longest lesson in tokens
     */
    LessonPlan(Curriculum curriculum, Tokenizer tokenizer, int positions, SplittableRandom random) {
        this.positions = positions;
        this.curriculum = curriculum;
        this.random = random;
        this.reader = new LessonReader(tokenizer);
    }

    /**
     * Prompts with no example before the question.
     *
     * @param progress share of training that is over, 0 to 1
     */
    Batch zeroShot(int lessons, double progress) {
        return Batch.of(IntStream.range(0, lessons)
                .mapToObj(i -> lesson(curriculum.subject(progress, random), 0))
                .toList());
    }

    /** Prompts with one to five solved questions of the same subject before the last; every answer counts. */
    Batch fewShot(int lessons, double progress) {
        return Batch.of(IntStream.range(0, lessons)
                .mapToObj(i -> lesson(curriculum.subject(progress, random), random.nextInt(1, MOST_SHOTS + 1)))
                .toList());
    }

    private Lesson lesson(int index, int shots) {
        List<Question> solved = questions(index, shots);
        List<Question> asked = questions(index, 1);
        Subject subject = new Subject(curriculum.subjects().get(index), solved, asked);
        String prompt = PromptFormat.HENDRYCKS.prompt(subject, asked.get(0), shots);
        Lesson lesson = reader.read(prompt + " " + asked.get(0).answer());
        return lesson.length() <= positions ? lesson : lesson(index, shots - 1);
    }

    private List<Question> questions(int subject, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> curriculum.lesson(subject, random))
                .toList();
    }
}
