package io.gatehouse.sample.quiz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.zip.CRC32;

/**
 * Decides which instances belong to the quiz and never to training. The decision depends on the subject and the
 * instance's key alone, not on a seed or on the order of drawing, so that every quiz is unseen by every training run.
 */
final class HeldOut {
    private static final int ONE_IN = 8;

    private HeldOut() {}

    static boolean test(Topic topic, Exercise exercise) {
        CRC32 checksum = new CRC32();
        checksum.update((topic.name() + '\n' + exercise.key()).getBytes(UTF_8));
        return checksum.getValue() % ONE_IN == 0;
    }
}
