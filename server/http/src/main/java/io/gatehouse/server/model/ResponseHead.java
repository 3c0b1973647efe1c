package io.gatehouse.server.model;

import io.gatehouse.completion.Completion;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the response to a request says of itself, also in each of its events.
 *
 * @param created in seconds since 1970
 * @param samples texts after each prompt
 */
record ResponseHead(String id, long created, String model, int samples) {
    static final String STOP = "stop";
    static final String LENGTH = "length";

    static ResponseHead of(String kind, String model, int samples) {
        return new ResponseHead(kind + "-" + UUID.randomUUID(), Instant.now().getEpochSecond(), model, samples);
    }

    /** The number of a text in the response. */
    int index(Completion completion) {
        return completion.prompt() * samples + completion.sample();
    }

    /** Why a text ended. */
    static String finishReason(Completion completion) {
        return completion.end() == Completion.End.STOP ? STOP : LENGTH;
    }

    /** The same, of a part of a text; null where more of it follows. */
    static @Nullable String finishReasonOfPart(Completion part) {
        return part.end() == Completion.End.OPEN ? null : finishReason(part);
    }
}
