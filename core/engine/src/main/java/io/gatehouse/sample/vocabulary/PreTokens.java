package io.gatehouse.sample.vocabulary;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Cuts text where a merge must not reach across: every digit stands alone, so that numbers are spelt by place value,
 * and the rest is cut by GPT-2's pattern. {@link TokenizerJson} writes the same rule for the tokenizer library.
 */
final class PreTokens {
    private static final Pattern DIGIT_OR_RUN = Pattern.compile("\\p{N}|\\P{N}+");

    private static final Pattern GPT2 = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private PreTokens() {}

    static List<String> of(String text) {
        return DIGIT_OR_RUN
                .matcher(text)
                .results()
                .flatMap(run -> GPT2.matcher(run.group()).results())
                .map(MatchResult::group)
                .toList();
    }
}
