package io.gatehouse.sample.exam;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.RoutingBatch;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Subject;
import io.gatehouse.sample.exam.ExamReport.SubjectScore;
import io.gatehouse.sample.quiz.Curriculum;
import io.gatehouse.sample.quiz.SampleQuiz;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Asks a checkpoint the test questions. It is read and run like any other checkpoint, so that what is measured is what
 * users of the files get, rounded weights included.
 */
public final class Exam {
    private static final int EXAMPLES = 5;

    private final Curriculum curriculum;
    private final List<Subject> subjects;

    public Exam(SampleQuiz quiz, Curriculum curriculum) {
        requireNonNull(quiz, "quiz is null");
        this.curriculum = requireNonNull(curriculum, "curriculum is null");
        this.subjects = quiz.parts().stream().map(SampleQuiz.Part::subject).toList();
    }

    /**
     * Asks the model in a directory every test question, without and with solved examples.
     *
     * @throws io.gatehouse.error.GatehouseException like {@link Checkpoint#open} and {@link Engine#load}
     */
    public ExamReport take(Path directory) {
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                Engine engine = Engine.load(checkpoint);
                Tokenizer tokenizer = checkpoint.openTokenizer()) {
            AnswerSheet plain = answer(engine, tokenizer, 0);
            AnswerSheet withExamples = answer(engine, tokenizer, EXAMPLES);
            List<SubjectScore> scores = new ArrayList<>();
            for (int subject = 0; subject < subjects.size(); subject++) {
                scores.add(new SubjectScore(
                        subjects.get(subject).name(),
                        curriculum.knowledge(subject),
                        subjects.get(subject).test().size(),
                        plain.right(subject),
                        withExamples.right(subject)));
            }
            return new ExamReport(scores, plain.routing().layers(plain.right(), curriculum));
        }
    }

    private AnswerSheet answer(Engine engine, Tokenizer tokenizer, int shots) {
        List<int[]> prompts = new ArrayList<>();
        List<Question> questions = new ArrayList<>();
        for (Subject subject : subjects) {
            for (Question question : subject.test()) {
                prompts.add(tokenizer.encode(PromptFormat.HENDRYCKS.prompt(subject, question, shots)));
                questions.add(question);
            }
        }
        int[] subjectOf = IntStream.range(0, subjects.size())
                .flatMap(i ->
                        IntStream.generate(() -> i).limit(subjects.get(i).test().size()))
                .toArray();
        AnswerSheet sheet = new AnswerSheet(
                questions,
                ChoiceScorer.of(tokenizer),
                new RoutingCensus(prompts, subjectOf, engine.config().feedForwards()));
        engine.prefill(prompts.stream().map(Prompt::new).toList(), Capture.ROUTING, sheet);
        return sheet;
    }

    /** Marks answers as they come. */
    private static final class AnswerSheet implements PrefillListener {
        private final List<Question> questions;
        private final ChoiceScorer scorer;
        private final RoutingCensus routing;
        private final boolean[] right;

        AnswerSheet(List<Question> questions, ChoiceScorer scorer, RoutingCensus routing) {
            this.questions = questions;
            this.scorer = scorer;
            this.routing = routing;
            this.right = new boolean[questions.size()];
        }

        @Override
        public void routed(RoutingBatch batch) {
            routing.count(batch);
        }

        @Override
        public void lastLogits(int prompt, float[] logits) {
            right[prompt] = scorer.score(logits).isRight(questions.get(prompt));
        }

        RoutingCensus routing() {
            return routing;
        }

        boolean[] right() {
            return right.clone();
        }

        int right(int subject) {
            return routing.count(subject, right);
        }
    }
}
