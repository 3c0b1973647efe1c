package io.gatehouse.sample.quiz;

import java.util.random.RandomGenerator;

/** One subject of the sample quiz. */
interface Topic {
    /** The subject's name as in file names: lower case, underscores between words. */
    String name();

    Knowledge knowledge();

    Words words();

    /** A random exercise, held out or not. */
    Exercise draw(RandomGenerator random);
}
