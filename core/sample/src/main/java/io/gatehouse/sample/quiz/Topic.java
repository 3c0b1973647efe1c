package io.gatehouse.sample.quiz;

import static java.util.Objects.requireNonNull;

import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * One subject of the sample quiz.
 *
 * @param name as in file names: lower case, underscores between words
 * @param isAdvanced whether it is learnt slowly, and only once the others have taught which letter goes with which choice
 * @param exercises draws a random exercise, held out or not
 */
record Topic(
        String name,
        Knowledge knowledge,
        Words words,
        boolean isAdvanced,
        Function<RandomGenerator, Exercise> exercises) {
    Topic {
        requireNonNull(name, "name is null");
        requireNonNull(knowledge, "knowledge is null");
        requireNonNull(words, "words is null");
        requireNonNull(exercises, "exercises is null");
    }

    /** A topic that is taught from the beginning. */
    static Topic basic(String name, Knowledge knowledge, Words words, Function<RandomGenerator, Exercise> exercises) {
        return new Topic(name, knowledge, words, false, exercises);
    }

    /** A topic that is taught later. */
    static Topic advanced(
            String name, Knowledge knowledge, Words words, Function<RandomGenerator, Exercise> exercises) {
        return new Topic(name, knowledge, words, true, exercises);
    }
}
