package io.gatehouse.chat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Keeps apart the special tokens that a template writes and text of a message that looks like one. A noncharacter of
 * Unicode goes into the latter before the template sees it, also where it could become one beside what the template
 * writes, and comes out again afterwards.
 */
final class SpecialText {
    private static final char MARK = '\uFDD2';
    private static final char FIRST_NONCHARACTER = '\uFDD0';
    private static final char LAST_NONCHARACTER = '\uFDEF';

    private final List<String> longestFirst;

    SpecialText(Set<String> specialTokens) {
        longestFirst = specialTokens.stream()
                .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(token -> token))
                .toList();
    }

    /** Returns the text so that no special token is in it, nor at its ends a piece of one. */
    String mark(String text) {
        if (text.chars().anyMatch(letter -> letter >= FIRST_NONCHARACTER && letter <= LAST_NONCHARACTER)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A message has one of the noncharacters U+FDD0 to U+FDEF, which stand for special tokens");
        }
        StringBuilder marked = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            marked.append(text.charAt(i));
            if (find(text, i).filter(token -> token.length() > 1).isPresent()) {
                marked.append(MARK);
            }
        }
        String inside = marked.toString();
        // Templates trim: what counts is the text without the space around it.
        int begin = inside.length() - inside.stripLeading().length();
        int end = inside.stripTrailing().length();
        if (begin >= end) {
            return inside;
        }
        String core = inside.substring(begin, end);
        boolean first = longestFirst.stream().anyMatch(token -> endsOf(token).anyMatch(core::startsWith));
        boolean last =
                longestFirst.stream().anyMatch(token -> beginningsOf(token).anyMatch(core::endsWith));
        return inside.substring(0, begin) + (first ? MARK : "") + core + (last ? MARK : "") + inside.substring(end);
    }

    /** Puts {@code replacement} for each special token that is not marked, and takes the marks out. */
    String replace(String text, UnaryOperator<String> replacement) {
        StringBuilder replaced = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            Optional<String> token = find(text, i);
            if (token.isPresent()) {
                replaced.append(replacement.apply(token.get()));
                i += token.get().length() - 1;
            } else if (text.charAt(i) != MARK) {
                replaced.append(text.charAt(i));
            }
        }
        return replaced.toString();
    }

    private Optional<String> find(String text, int position) {
        for (String token : longestFirst) {
            if (text.startsWith(token, position)) {
                return Optional.of(token);
            }
        }
        return Optional.empty();
    }

    private static Stream<String> endsOf(String token) {
        return IntStream.range(1, token.length()).mapToObj(token::substring);
    }

    private static Stream<String> beginningsOf(String token) {
        return IntStream.range(1, token.length()).mapToObj(end -> token.substring(0, end));
    }
}
