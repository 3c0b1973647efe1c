package io.gatehouse.sample.training;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Question;
import io.gatehouse.sample.quiz.SampleQuiz;
import java.util.List;

/** Asks the validation questions while training goes on. */
final class Validation {
    private final Classroom classroom;
    private final Tokenizer tokenizer;
    private final SampleQuiz quiz;
    private final ChoiceScorer scorer;

    Validation(Classroom classroom, Tokenizer tokenizer, SampleQuiz quiz) {
        this.classroom = classroom;
        this.tokenizer = tokenizer;
        this.quiz = quiz;
        this.scorer = ChoiceScorer.of(tokenizer);
    }

    /** Share of right answers over all subjects. */
    double accuracy() {
        int right = 0;
        int asked = 0;
        for (SampleQuiz.Part part : quiz.parts()) {
            List<int[]> prompts = part.val().stream()
                    .map(question -> tokenizer.encode(PromptFormat.HENDRYCKS.prompt(part.subject(), question, 0)))
                    .toList();
            List<float[]> logits = classroom.read(prompts);
            for (int i = 0; i < logits.size(); i++) {
                Question question = part.val().get(i);
                right += scorer.score(logits.get(i)).predicted() == question.answer() ? 1 : 0;
                asked++;
            }
        }
        return (double) right / asked;
    }
}
