package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

import io.gatehouse.store.run.QuestionRow;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The group of each question of a run, once it is answered. Never changes. */
final class QuestionGroups {
    private final Map<Integer, Integer> subjects = new HashMap<>();
    private final Map<Integer, Integer> answers = new HashMap<>();

    /**
     * Questions that every rollup sums together, except the one per question.
     *
     * @param subject a question that stands for its subject
     */
    record Group(int subject, Outcome outcome) {}

    /**
     * The outcome of a question.
     *
     * @param answer a question that stands for all with the same correct answer
     * @param correct 1 if the run gave it, 0 if it gave another one, {@link LongFeed#ABSENT} if it has no answer
     */
    record Outcome(int answer, long correct) implements Comparable<Outcome> {
        private static final Comparator<Outcome> ORDER =
                Comparator.comparingInt(Outcome::answer).thenComparingLong(Outcome::correct);

        @Override
        public int compareTo(Outcome other) {
            return ORDER.compare(this, other);
        }
    }

    /** @param questionIds ids of the questions in the file, in the same order */
    QuestionGroups(List<QuestionRow> questions, int[] questionIds) {
        Map<String, Integer> firstOfSubject = new HashMap<>();
        Map<String, Integer> firstOfAnswer = new HashMap<>();
        for (int i = 0; i < questionIds.length; i++) {
            int id = questionIds[i];
            QuestionRow question = questions.get(i);
            subjects.put(id, firstOfSubject.computeIfAbsent(question.subject(), subject -> id));
            answers.put(id, firstOfAnswer.computeIfAbsent(question.answer(), answer -> id));
        }
    }

    Group of(AnswerRow answer) {
        int questionId = answer.questionId();
        long correct = answer.correct().map(right -> right ? 1L : 0L).orElse(LongFeed.ABSENT);
        return new Group(
                requireNonNull(subjects.get(questionId)),
                new Outcome(requireNonNull(answers.get(questionId)), correct));
    }
}
