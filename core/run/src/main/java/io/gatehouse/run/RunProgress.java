package io.gatehouse.run;

import io.gatehouse.store.write.WritingProgress;
import java.time.Duration;
import java.util.Optional;

/**
 * How far a run is. Tokens are what takes time, so rate and time left go by tokens; a token counts in parts, as layer
 * after layer is done with it.
 *
 * @param questionsDone questions whose answers are in the file
 * @param tokensDone tokens computed so far, those of the shard in flight included
 * @param tokens of the prompts, and those that may be generated after them; fewer when a text turns out shorter
 * @param writing what waits to be written, and how fast that goes
 */
public record RunProgress(
        int questionsDone, int questions, long tokensDone, long tokens, Duration elapsed, WritingProgress writing) {
    /** Share of the work that is done, 0 to 1. */
    public double share() {
        return tokens == 0 ? 1 : (double) tokensDone / tokens;
    }

    /** Tokens per second so far. */
    public double tokensPerSecond() {
        return tokensDone / Math.max(elapsed.toNanos() / 1e9, 1e-9);
    }

    /** Time that the rest takes at the rate so far; empty before the first tokens are done. */
    public Optional<Duration> timeLeft() {
        return tokensDone == 0
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(Math.round(1000 * (tokens - tokensDone) / tokensPerSecond())));
    }
}
