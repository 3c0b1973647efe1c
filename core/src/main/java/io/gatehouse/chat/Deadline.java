package io.gatehouse.chat;

import java.time.Duration;

/** A moment after which a template is not rendered on. */
final class Deadline {
    /** It has passed. */
    static final class Passed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final long end;

    Deadline(Duration time) {
        end = System.nanoTime() + time.toNanos();
    }

    void check() {
        if (System.nanoTime() - end > 0) {
            throw new Passed();
        }
    }
}
