package io.gatehouse.quiz;

import java.util.List;

/**
 * What the model answers.
 *
 * @param predicted the letter with the largest log-probability; of equal ones the first
 * @param logProbabilities natural log-probability of each letter over the whole vocabulary, A first
 * @param topToken id of the most probable token of all; of equal ones the lowest
 */
public record ChoiceScore(char predicted, List<Double> logProbabilities, int topToken) {
    public ChoiceScore {
        logProbabilities = List.copyOf(logProbabilities);
    }

    /** Whether it is the correct answer to the question. */
    public boolean isRight(Question question) {
        return question.answer().equals(String.valueOf(predicted));
    }
}
