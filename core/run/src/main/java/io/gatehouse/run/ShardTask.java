package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.run.prompt.PromptedQuestion;
import io.gatehouse.store.run.QuestionRow;
import java.io.Serializable;
import java.util.List;

/**
 * A shard that is to be computed, here or on another machine.
 *
 * @param number number of the shard within its run, from 0
 * @param questionIds what the store calls the questions, in their order; not copied
 */
public record ShardTask(int number, List<PromptedQuestion> questions, int[] questionIds) implements Serializable {
    public ShardTask {
        requireNonNull(questionIds, "questionIds is null");
        questions = List.copyOf(questions);
        if (questions.size() != questionIds.length) {
            throw new IllegalArgumentException(
                    "Shard %d has %d questions and %d ids".formatted(number, questions.size(), questionIds.length));
        }
    }

    /** Number of prompt tokens. */
    public int tokens() {
        return questions.stream().mapToInt(PromptedQuestion::tokens).sum();
    }

    List<QuestionRow> rows() {
        return questions.stream().map(PromptedQuestion::row).toList();
    }
}
