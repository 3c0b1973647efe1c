package io.gatehouse.chat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Keeps apart the special tokens that a template writes and text of a message that looks like one. A noncharacter of
 * Unicode goes into the latter before the template sees it, also where it could become one beside what the template
 * writes, and comes out again afterwards.
 */
final class SpecialText {
    private static final char MARK = '\uFDD2';
    private static final char FIRST_NONCHARACTER = '\uFDD0';
    private static final char LAST_NONCHARACTER = '\uFDEF';

    private final Set<String> specialTokens;
    private final Step begin = new Step();
    private final int longest;

    /** What may follow some letters that tokens begin with. */
    private static final class Step {
        private final Map<Character, Step> next = new HashMap<>();
        private boolean isToken;
    }

    SpecialText(Set<String> specialTokens) {
        this.specialTokens = Set.copyOf(specialTokens);
        longest = specialTokens.stream().mapToInt(String::length).max().orElse(0);
        for (String token : specialTokens) {
            Step step = begin;
            for (int i = 0; i < token.length(); i++) {
                step = step.next.computeIfAbsent(token.charAt(i), letter -> new Step());
            }
            step.isToken = true;
        }
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
        boolean first = isContinued(core, UnaryOperator.identity());
        boolean last = isContinued(
                core, letters -> new StringBuilder(letters).reverse().toString());
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

    /** The longest special token at the position. */
    private Optional<String> find(String text, int position) {
        int end = position;
        Step step = begin;
        for (int i = position; i < text.length(); i++) {
            Step next = step.next.get(text.charAt(i));
            if (next == null) {
                break;
            }
            step = next;
            end = step.isToken ? i + 1 : end;
        }
        return end > position ? Optional.of(text.substring(position, end)) : Optional.empty();
    }

    /**
     * Whether a special token could end within the beginning of the text: whether it begins with a proper suffix of one.
     * Knuth, Morris and Pratt's search of each token for that beginning, in time that grows with what is read only.
     *
     * @param direction the letters in the order that they are read in; in reverse it is the end that is looked at
     */
    private boolean isContinued(String text, UnaryOperator<String> direction) {
        String read = direction.apply(text);
        String beginning = read.substring(0, Math.min(read.length(), longest));
        int[] border = borders(beginning);
        return specialTokens.stream().map(direction).anyMatch(token -> {
            int matched = 0;
            for (int i = 1; i < token.length(); i++) {
                matched = matched == beginning.length() ? border[matched] : matched;
                while (matched > 0 && token.charAt(i) != beginning.charAt(matched)) {
                    matched = border[matched];
                }
                matched += token.charAt(i) == beginning.charAt(matched) ? 1 : 0;
            }
            return matched > 0;
        });
    }

    /** For each length of a beginning of the text, how long its longest proper suffix is that it also begins with. */
    private static int[] borders(String text) {
        int[] border = new int[text.length() + 1];
        int matched = 0;
        for (int i = 1; i < text.length(); i++) {
            while (matched > 0 && text.charAt(i) != text.charAt(matched)) {
                matched = border[matched];
            }
            matched += text.charAt(i) == text.charAt(matched) ? 1 : 0;
            border[i + 1] = matched;
        }
        return border;
    }
}
