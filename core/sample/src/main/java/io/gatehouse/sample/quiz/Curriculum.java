package io.gatehouse.sample.quiz;

import io.gatehouse.quiz.Question;
import io.gatehouse.sample.quiz.Arithmetic.Operation;
import io.gatehouse.sample.quiz.Pairing.Asked;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The subjects of the sample and the endless stream of training questions drawn from them. No training question is an
 * instance that a quiz can hold.
 */
public final class Curriculum {
    /** Share of training without advanced subjects. */
    private static final double BASICS = 0.25;

    /** How often an advanced subject is asked afterwards, relative to another. */
    private static final int ADVANCED_SHARE = 3;

    private final List<Topic> topics;

    private Curriculum(List<Topic> topics) {
        this.topics = List.copyOf(topics);
    }

    /**
     * Subjects that share their words on purpose: five speak of numbers, two of letters, three of the same nouns, two
     * of the same cities. Routing that tells such subjects apart is more than vocabulary.
     */
    public static Curriculum bundled() {
        Lexicon lexicon = Lexicon.bundled();
        return new Curriculum(List.of(
                new Arithmetic(Operation.ADDITION),
                new Pairing(
                        "antonyms", Words.ADJECTIVES, "What is the opposite of %s?", lexicon.antonyms(), Asked.EITHER),
                new Pairing("capitals", Words.PLACES, "What is the capital of %s?", lexicon.capitals(), Asked.RIGHT),
                new Categories(lexicon),
                new Pairing(
                        "countries", Words.PLACES, "Which country has the capital %s?", lexicon.capitals(), Asked.LEFT),
                new LargestNumber(),
                new LetterCounting(),
                new LetterOrder(),
                new NumberSequence(),
                new OddOneOut(lexicon),
                new Parity(),
                new Arithmetic(Operation.SUBTRACTION),
                new LongestWord(lexicon)));
    }

    /** Subject names in alphabetical order. */
    public List<String> subjects() {
        return topics.stream().map(Topic::name).toList();
    }

    public Knowledge knowledge(int subject) {
        return topics.get(subject).knowledge();
    }

    public Words words(int subject) {
        return topics.get(subject).words();
    }

    /**
     * A random subject for a lesson. Advanced subjects are not asked at the beginning, where they would only hold up
     * what all subjects have in common, and are asked more often afterwards.
     *
     * @param progress share of training that is over, 0 to 1
     */
    public int subject(double progress, RandomGenerator random) {
        int advanced = progress < BASICS ? 0 : ADVANCED_SHARE;
        int[] shares = topics.stream()
                .mapToInt(topic -> topic.isAdvanced() ? advanced : 1)
                .toArray();
        int drawn = random.nextInt(Arrays.stream(shares).sum());
        int subject = 0;
        while (drawn >= shares[subject]) {
            drawn -= shares[subject];
            subject++;
        }
        return subject;
    }

    /** A random training question of the subject with this index in {@link #subjects}. */
    public Question lesson(int subject, RandomGenerator random) {
        return taught(subject, random).posed(subjects().get(subject), 1, random.nextInt(4), random);
    }

    /** A random instance that a quiz never asks. */
    Exercise taught(int subject, RandomGenerator random) {
        return draw(subject, false, random);
    }

    /** A random instance that training never shows. */
    Exercise unseen(int subject, RandomGenerator random) {
        return draw(subject, true, random);
    }

    private Exercise draw(int subject, boolean heldOut, RandomGenerator random) {
        Topic topic = topics.get(subject);
        while (true) {
            Exercise exercise = topic.draw(random);
            if (HeldOut.test(topic, exercise) == heldOut) {
                return exercise;
            }
        }
    }
}
