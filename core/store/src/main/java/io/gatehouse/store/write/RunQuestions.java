package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

import io.gatehouse.store.run.QuestionRow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What rollups group the questions of a run by. Never changes. */
final class RunQuestions {
    private final Map<Integer, Integer> subjects = new HashMap<>();
    private final Map<Integer, Character> answers = new HashMap<>();

    /** Of questions and their ids in the file, in the same order. */
    RunQuestions(List<QuestionRow> questions, int[] questionIds) {
        Map<String, Integer> first = new HashMap<>();
        for (int i = 0; i < questionIds.length; i++) {
            QuestionRow question = questions.get(i);
            first.putIfAbsent(question.subject(), questionIds[i]);
            subjects.put(questionIds[i], first.get(question.subject()));
            answers.put(questionIds[i], question.answer());
        }
    }

    /** What the rollups take a question of the run together with, once it is answered. */
    Rollup.Group group(AnswerRow answer) {
        int questionId = answer.questionId();
        return new Rollup.Group(
                requireNonNull(subjects.get(questionId)),
                new Rollup.Outcome(requireNonNull(answers.get(questionId)), answer.correct()));
    }
}
