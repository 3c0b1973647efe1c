package io.gatehouse.run.prompt;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.tokenizer.TextTokens;
import io.gatehouse.quiz.PromptPart;
import io.gatehouse.quiz.PromptText;
import io.gatehouse.store.run.TokenSegment;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** The part of a prompt that each of its tokens belongs to, as runs of tokens in their order. */
public record PromptSegments(List<Run> runs) implements Serializable {
    /**
     * Tokens in a row that belong to the same part.
     *
     * @param end position of the token after them
     */
    public record Run(TokenSegment segment, int end) implements Serializable {
        public Run {
            requireNonNull(segment, "segment is null");
        }
    }

    public PromptSegments {
        runs = List.copyOf(runs);
    }

    /** Returns the segments of tokens that all belong to the same part. */
    public static PromptSegments of(TokenSegment segment, int tokens) {
        return new PromptSegments(List.of(new Run(segment, tokens)));
    }

    /**
     * Finds the part in which each token begins. A tokenizer may join the end of one part and the beginning of the next
     * one.
     *
     * @param text that the tokens are of, all of it
     */
    static PromptSegments of(PromptText text, TextTokens tokens) {
        List<Run> runs = new ArrayList<>();
        int part = 0;
        int end = 0;
        for (int token = 0; token < tokens.ids().length; token++) {
            int start = tokens.starts()[token];
            TokenSegment segment = TokenSegment.OTHER;
            if (start != TextTokens.NOWHERE) {
                while (part < text.parts().size()
                        && start >= end + text.parts().get(part).text().length()) {
                    end += text.parts().get(part).text().length();
                    part++;
                }
                // A tokenizer may add a space even to an empty text.
                segment = part < text.parts().size()
                        ? segment(text.parts().get(part).kind())
                        : TokenSegment.OTHER;
            }
            if (!runs.isEmpty() && runs.get(runs.size() - 1).segment() == segment) {
                runs.remove(runs.size() - 1);
            }
            runs.add(new Run(segment, token + 1));
        }
        return new PromptSegments(runs);
    }

    private static TokenSegment segment(PromptPart part) {
        return switch (part) {
            case SYSTEM -> TokenSegment.SYSTEM;
            case INSTRUCTION -> TokenSegment.INSTRUCTION;
            case EXAMPLE -> TokenSegment.EXAMPLE;
            case QUESTION -> TokenSegment.QUESTION;
            case CHOICE -> TokenSegment.CHOICE;
            case CUE -> TokenSegment.CUE;
            case OTHER -> TokenSegment.OTHER;
        };
    }

    /** Number of tokens. */
    public int tokens() {
        return runs.isEmpty() ? 0 : runs.get(runs.size() - 1).end();
    }

    /** Writes the ids of the segments of the last tokens to the places from {@code at} on. */
    public void copyLast(int count, String[] to, int at) {
        int position = tokens() - count;
        int place = at;
        for (Run run : runs) {
            for (; position < run.end(); position++) {
                to[place++] = run.segment().id();
            }
        }
    }
}
