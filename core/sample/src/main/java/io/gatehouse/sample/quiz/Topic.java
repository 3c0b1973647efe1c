package io.gatehouse.sample.quiz;

import java.util.random.RandomGenerator;

/** One subject of the sample quiz. */
interface Topic {
    /** The subject's name as in file names: lower case, underscores between words. */
    String name();

    Knowledge knowledge();

    Words words();

    /** Whether it is learnt slowly, and only once the others have taught which letter goes with which choice. */
    default boolean isAdvanced() {
        return false;
    }

    /** A random exercise, held out or not. */
    Exercise draw(RandomGenerator random);
}
