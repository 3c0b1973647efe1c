package io.gatehouse.sample.vocabulary;

import io.gatehouse.checkpoint.tokenizer.ByteLevel;
import io.gatehouse.sample.vocabulary.BytePairVocabulary.Merge;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Learns byte-pair merges (Sennrich et al. 2016, arXiv 1508.07909): again and again the pair of neighbours that occurs
 * most often becomes one token. Counts every pair anew for every merge, which is quick for the few hundred different
 * words of the sample's corpus and would not be for a web crawl.
 */
public final class BytePairTrainer {
    private static final Pattern DIGIT_OR_RUN = Pattern.compile("\\p{N}|\\P{N}+");

    private static final Pattern GPT2 = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private BytePairTrainer() {}

    /**
     * Returns a vocabulary of at most {@code size} tokens; fewer if no pair occurs twice before that. The same texts
     * give the same vocabulary in whatever order they come.
     */
    public static BytePairVocabulary train(Iterable<String> texts, int size) {
        List<Word> words = words(texts);
        List<Merge> merges = new ArrayList<>();
        int room = size - new BytePairVocabulary(List.of()).size();
        while (merges.size() < room) {
            Optional<Merge> merge = mostFrequent(words);
            if (merge.isEmpty()) {
                break;
            }
            merges.add(merge.get());
            words = words.stream().map(word -> word.apply(merge.get())).toList();
        }
        return new BytePairVocabulary(merges);
    }

    private record Word(List<String> symbols, long count) {
        Word apply(Merge merge) {
            List<String> merged = new ArrayList<>(symbols.size());
            for (int i = 0; i < symbols.size(); i++) {
                if (i + 1 < symbols.size()
                        && symbols.get(i).equals(merge.left())
                        && symbols.get(i + 1).equals(merge.right())) {
                    merged.add(merge.merged());
                    i++;
                } else {
                    merged.add(symbols.get(i));
                }
            }
            return new Word(merged, count);
        }
    }

    private static List<Word> words(Iterable<String> texts) {
        Map<String, Long> counts = new HashMap<>();
        for (String text : texts) {
            preTokens(text).forEach(word -> counts.merge(word, 1L, Long::sum));
        }
        return counts.entrySet().stream()
                .map(entry -> new Word(ByteLevel.spell(entry.getKey()), entry.getValue()))
                .toList();
    }

    /** The pair that occurs most often, and at least twice; of equals the first in alphabetical order. */
    private static Optional<Merge> mostFrequent(List<Word> words) {
        Map<Merge, Long> counts = new HashMap<>();
        for (Word word : words) {
            for (int i = 0; i + 1 < word.symbols().size(); i++) {
                counts.merge(new Merge(word.symbols().get(i), word.symbols().get(i + 1)), word.count(), Long::sum);
            }
        }
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() > 1)
                .min(Map.Entry.<Merge, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(entry -> entry.getKey().left())
                        .thenComparing(entry -> entry.getKey().right()))
                .map(Map.Entry::getKey);
    }

    /**
     * Cuts text where a merge must not reach across: every digit stands alone, so that numbers are spelt by place value,
     * and the rest is cut by GPT-2's pattern. {@link TokenizerJson} writes the same rule for the tokenizer library.
     */
    private static List<String> preTokens(String text) {
        return DIGIT_OR_RUN
                .matcher(text)
                .results()
                .flatMap(run -> GPT2.matcher(run.group()).results())
                .map(MatchResult::group)
                .toList();
    }
}
