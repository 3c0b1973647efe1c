package io.gatehouse.base;

import java.time.Duration;

/** Durations for people. */
public final class DurationText {
    private DurationText() {}

    /** 42 s, 3 min 05 s, 2 h 10 min. */
    public static String of(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return "%d min %02d s".formatted(seconds / 60, seconds % 60);
        }
        return "%d h %02d min".formatted(seconds / 3600, seconds / 60 % 60);
    }
}
