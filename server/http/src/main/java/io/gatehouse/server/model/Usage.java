package io.gatehouse.server.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gatehouse.completion.Completion;
import java.util.List;

/** Numbers of tokens. */
public record Usage(
        @JsonProperty("prompt_tokens") int promptTokens,
        @JsonProperty("completion_tokens") int completionTokens,
        @JsonProperty("total_tokens") int totalTokens) {
    static final Usage NONE = new Usage(0, 0, 0);

    static Usage of(List<Completion> completions) {
        Usage usage = NONE;
        for (Completion completion : completions) {
            usage = usage.with(completion);
        }
        return usage;
    }

    /** The same and a text, or a part of one. A prompt counts once, however many texts follow it. */
    Usage with(Completion completion) {
        boolean counts = completion.sample() == 0 && completion.end() != Completion.End.OPEN;
        int prompts = promptTokens + (counts ? completion.promptTokens() : 0);
        int texts = completionTokens + completion.tokens();
        return new Usage(prompts, texts, prompts + texts);
    }
}
