package io.gatehouse.sample.quiz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gatehouse.quiz.Question;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;

/**
 * The subjects of the sample and the endless stream of training questions drawn from them. No training question is an
 * instance that a quiz can hold.
 */
public final class Curriculum {
    /** Share of training without advanced subjects. */
    private static final double BASICS = 0.25;

    /** How often an advanced subject is asked afterwards, relative to another. */
    private static final int ADVANCED_SHARE = 3;

    private static final int HELD_OUT_ONE_IN = 8;

    private final List<Topic> topics;

    private Curriculum(List<Topic> topics) {
        this.topics = List.copyOf(topics);
    }

    /** The subjects of the sample that comes with Gatehouse. */
    public static Curriculum bundled() {
        return new Curriculum(Topics.bundled());
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
            Exercise exercise = topic.exercises().apply(random);
            if (isHeldOut(topic, exercise) == heldOut) {
                return exercise;
            }
        }
    }

    /**
     * Whether an instance belongs to the quiz and never to training. That depends on the subject and the instance's key
     * alone, not on a seed or on the order of drawing, so that every quiz is unseen by every training run.
     */
    private static boolean isHeldOut(Topic topic, Exercise exercise) {
        CRC32 checksum = new CRC32();
        checksum.update((topic.name() + '\n' + exercise.key()).getBytes(UTF_8));
        return checksum.getValue() % HELD_OUT_ONE_IN == 0;
    }
}
