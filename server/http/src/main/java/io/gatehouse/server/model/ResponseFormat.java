package io.gatehouse.server.model;

import io.gatehouse.completion.Completion;
import java.util.List;

/** The form of the response to one request. For one thread. */
interface ResponseFormat {
    /** The response with all texts. */
    Record whole(List<Completion> completions);

    /** The event of a part of a text. */
    Record part(Completion part);

    /** The event with the numbers of tokens, after those of all parts. */
    Record usage(Usage usage);
}
