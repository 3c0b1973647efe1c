package io.gatehouse.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TestReasoningMarkers {
    @Test
    void aTextWithoutMarkersIsTheAnswer() {
        assertThat(segments("Answer:", " B", ".", "<|endoftext|>")).isEqualTo("aaa");
    }

    @Test
    void reasoningEndsBehindTheClosingMarker() {
        assertThat(segments("assistant\n", "<think>", "\n", "so", "</think>", "\n", "B"))
                .isEqualTo("rrrraa");
        assertThat(segments("assistant\n", "[THINK]", "so", "[/THINK]", "B")).isEqualTo("rrra");
    }

    @Test
    void aMarkerMayBeOfSeveralTokens() {
        assertThat(segments("assistant\n", "<", "think", ">", "so", "</", "think", ">B", "C"))
                .isEqualTo("rrrrrrra");
    }

    @Test
    void aTemplateMayOpenTheReasoning() {
        assertThat(segments("assistant\n<think>\n", "so", "</think>", "B")).isEqualTo("rra");
        assertThat(segments("assistant\n<think>\n", "so", "much")).isEqualTo("rr");
    }

    @Test
    void aTemplateMayCloseItAtOnce() {
        assertThat(segments("<think>\n\n</think>\n\n", "B")).isEqualTo("a");
    }

    @Test
    void reasoningThatDoesNotEndIsAllThereIs() {
        assertThat(segments("assistant\n", "<think>", "so", "much")).isEqualTo("rrr");
    }

    @Test
    void channelsBeforeTheLastOneAreReasoning() {
        String[] thought = {"<|channel|>", "analysis", "<|message|>", "so", "<|end|>", "<|start|>", "assistant"};
        String[] answer = {"<|channel|>", "final", "<|message|>", "B", "<|return|>"};
        assertThat(segments("assistant", thought)).isEqualTo("rrrrrrr");
        assertThat(segments(
                        "assistant",
                        Stream.of(thought, answer).flatMap(Stream::of).toArray(String[]::new)))
                .isEqualTo("rrrrrrraaaaa");
        assertThat(segments("assistant", answer)).isEqualTo("aaaaa");
    }

    /** The first letter of the segment of each token. */
    private static String segments(String promptEnd, String... tokens) {
        return Stream.of(ReasoningMarkers.segments(promptEnd, tokens))
                .map(segment -> segment.id().substring(0, 1))
                .collect(Collectors.joining());
    }
}
