package io.gatehouse.sample.quiz;

import static io.gatehouse.sample.quiz.Knowledge.RECALL;
import static io.gatehouse.sample.quiz.Knowledge.RULE;
import static io.gatehouse.sample.quiz.Knowledge.RULE_OVER_RECALL;

import io.gatehouse.sample.quiz.Lexicon.Category;
import io.gatehouse.sample.quiz.Lexicon.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The topics of the sample quiz: how an exercise of each is drawn. Operands, results and terms of sequences have two
 * digits.
 */
final class Topics {
    private static final int SMALLEST = 10;
    private static final int LARGEST = 99;

    /** Wrong results are so near to the right one at most; far enough that an estimate often does. */
    private static final int ARITHMETIC_DISTANCE = 40;

    private static final int SEQUENCE_DISTANCE = 20;

    /** How often the most frequent letter of a row appears, and how many others there are. */
    private static final int OFTEN = 3;

    private static final int OTHERS = 4;

    private final Lexicon lexicon;

    private Topics(Lexicon lexicon) {
        this.lexicon = lexicon;
    }

    /**
     * In alphabetical order. Topics share their words on purpose: five speak of numbers, two of letters, three of the
     * same nouns, two of the same cities. Routing that tells such topics apart is more than vocabulary.
     */
    static List<Topic> bundled() {
        Topics topics = new Topics(Lexicon.bundled());
        return List.of(
                Topic.advanced("addition", RULE, Words.NUMBERS, Topics::addition),
                Topic.basic("antonyms", RECALL, Words.ADJECTIVES, topics::antonym),
                Topic.basic("capitals", RECALL, Words.PLACES, topics::capital),
                Topic.basic("categories", RECALL, Words.NOUNS, topics::category),
                Topic.basic("countries", RECALL, Words.PLACES, topics::country),
                Topic.basic("largest_number", RULE, Words.NUMBERS, Topics::largestNumber),
                Topic.advanced("letter_counting", RULE, Words.LETTERS, Topics::mostFrequentLetter),
                Topic.basic("letter_order", RULE, Words.LETTERS, Topics::letterOrder),
                Topic.advanced("number_sequences", RULE, Words.NUMBERS, Topics::numberSequence),
                Topic.advanced("odd_one_out", RULE_OVER_RECALL, Words.NOUNS, topics::oddOneOut),
                Topic.basic("parity", RULE, Words.NUMBERS, Topics::parity),
                Topic.advanced("subtraction", RULE, Words.NUMBERS, Topics::subtraction),
                Topic.basic("word_length", RULE_OVER_RECALL, Words.NOUNS, topics::longestWord));
    }

    /** {@code What is 34 plus 48?} The key sorts the operands: 34 plus 48 is the same instance as 48 plus 34. */
    private static Exercise addition(RandomGenerator random) {
        int a = random.nextInt(SMALLEST, LARGEST - SMALLEST + 1);
        int b = random.nextInt(SMALLEST, LARGEST - a + 1);
        String key = Math.min(a, b) + " " + Math.max(a, b);
        return number("What is %d plus %d?".formatted(a, b), a + b, ARITHMETIC_DISTANCE, key, random);
    }

    /** {@code What is 82 minus 34?} */
    private static Exercise subtraction(RandomGenerator random) {
        int a = random.nextInt(2 * SMALLEST, LARGEST + 1);
        int b = random.nextInt(SMALLEST, a - SMALLEST + 1);
        return number("What is %d minus %d?".formatted(a, b), a - b, ARITHMETIC_DISTANCE, a + " " + b, random);
    }

    /** {@code Which number comes next: 12, 15, 18, 21?} The instance is the first number and the step, up or down. */
    private static Exercise numberSequence(RandomGenerator random) {
        int size = random.nextInt(2, 13);
        int lowest = random.nextInt(SMALLEST, LARGEST - 4 * size + 1);
        boolean up = random.nextBoolean();
        int start = up ? lowest : lowest + 4 * size;
        int step = up ? size : -size;
        String question = "Which number comes next: %d, %d, %d, %d?"
                .formatted(start, start + step, start + 2 * step, start + 3 * step);
        return number(question, start + 4 * step, SEQUENCE_DISTANCE, start + " " + step, random);
    }

    /** {@code Which of these numbers is the largest?} Numbers from 10 to 199; the instance is the set of four. */
    private static Exercise largestNumber(RandomGenerator random) {
        List<String> sorted = Arrays.stream(differentNumbers(10, 199, random))
                .sorted()
                .mapToObj(Integer::toString)
                .toList();
        return new Exercise(
                "Which of these numbers is the largest?",
                sorted.get(3),
                sorted.subList(0, 3),
                String.join(" ", sorted));
    }

    /** {@code Which of these numbers is odd?} or {@code even?} Numbers from 10 to 199; the instance is the set of four. */
    private static Exercise parity(RandomGenerator random) {
        int remainder = random.nextInt(2);
        // Four different halves, so that three doubled and one doubled with the other parity stay different.
        int[] halves = differentNumbers(5, 98, random);
        int right = 2 * halves[0] + remainder;
        List<String> wrong = Arrays.stream(halves)
                .skip(1)
                .sorted()
                .mapToObj(half -> Integer.toString(2 * half + 1 - remainder))
                .toList();
        String question = "Which of these numbers is %s?".formatted(remainder == 0 ? "even" : "odd");
        return new Exercise(question, Integer.toString(right), wrong, right + " " + String.join(" ", wrong));
    }

    /**
     * {@code Which letter appears most often in k m k p k r t?} The right one three times, the others once; the instance
     * is the row.
     */
    private static Exercise mostFrequentLetter(RandomGenerator random) {
        List<String> letters = Shuffle.sample(alphabet(), 1 + OTHERS, random);
        String right = letters.get(0);
        List<String> others = letters.subList(1, letters.size());
        List<String> row = new ArrayList<>(others);
        row.addAll(Collections.nCopies(OFTEN, right));
        String shown = String.join(" ", Shuffle.of(row, random));
        return new Exercise(
                "Which letter appears most often in %s?".formatted(shown), right, others.subList(0, 3), shown);
    }

    /**
     * {@code Which of these letters comes first in the alphabet?} or {@code last}. The instance is the set of four
     * letters, whichever end is asked for.
     */
    private static Exercise letterOrder(RandomGenerator random) {
        List<String> letters = new ArrayList<>(Shuffle.sample(alphabet(), 4, random));
        letters.sort(null);
        String key = String.join(" ", letters);
        boolean first = random.nextBoolean();
        String right = letters.remove(first ? 0 : 3);
        String question = "Which of these letters comes %s in the alphabet?".formatted(first ? "first" : "last");
        return new Exercise(question, right, letters, key);
    }

    /** {@code Which of these is an animal?} The four choices come from four categories. */
    private Exercise category(RandomGenerator random) {
        List<Category> drawn = Shuffle.sample(lexicon.categories(), 4, random);
        List<String> words = drawn.stream()
                .map(category ->
                        category.words().get(random.nextInt(category.words().size())))
                .toList();
        String name = drawn.get(0).name();
        return new Exercise(
                "Which of these is %s?".formatted(name),
                words.get(0),
                words.subList(1, 4),
                name + ": " + sorted(words));
    }

    /** {@code Which of these is not an animal?} Three words of one category and one of another. */
    private Exercise oddOneOut(RandomGenerator random) {
        List<Category> drawn = Shuffle.sample(lexicon.categories(), 2, random);
        List<String> odd = Shuffle.sample(drawn.get(0).words(), 1, random);
        List<String> others = Shuffle.sample(drawn.get(1).words(), 3, random);
        List<String> words = new ArrayList<>(others);
        words.addAll(odd);
        return new Exercise(
                "Which of these is not %s?".formatted(drawn.get(1).name()), odd.get(0), others, sorted(words));
    }

    /** {@code Which of these words has the most letters?} Nouns; one is longer than each of the others. */
    private Exercise longestWord(RandomGenerator random) {
        while (true) {
            List<String> words = new ArrayList<>(Shuffle.sample(lexicon.nouns(), 4, random));
            words.sort(Comparator.comparingInt(String::length));
            if (words.get(3).length() > words.get(2).length()) {
                return new Exercise(
                        "Which of these words has the most letters?", words.get(3), words.subList(0, 3), sorted(words));
            }
        }
    }

    private Exercise antonym(RandomGenerator random) {
        return half("What is the opposite of %s?", lexicon.antonyms(), RandomGenerator::nextBoolean, random);
    }

    private Exercise capital(RandomGenerator random) {
        return half("What is the capital of %s?", lexicon.capitals(), any -> false, random);
    }

    private Exercise country(RandomGenerator random) {
        return half("Which country has the capital %s?", lexicon.capitals(), any -> true, random);
    }

    /**
     * Names one half of a pair and asks for the other. Wrong choices are halves of other pairs on the side of the right
     * one, so that nothing but the fact tells them apart.
     *
     * @param question with one {@code %s} for the half that is named
     * @param asksForLeft whether the left half is the answer
     */
    private static Exercise half(
            String question, List<Pair> pairs, Predicate<RandomGenerator> asksForLeft, RandomGenerator random) {
        boolean left = asksForLeft.test(random);
        List<Pair> drawn = Shuffle.sample(pairs, 4, random);
        Pair fact = drawn.get(0);
        String named = left ? fact.right() : fact.left();
        List<String> choices =
                drawn.stream().map(pair -> left ? pair.left() : pair.right()).toList();
        return new Exercise(
                question.formatted(named), choices.get(0), choices.subList(1, 4), named + ": " + sorted(choices));
    }

    /** An exercise whose wrong choices are three different numbers at most {@code distance} away from the right one. */
    private static Exercise number(String question, int right, int distance, String key, RandomGenerator random) {
        int low = Math.max(SMALLEST, right - distance);
        int high = Math.min(LARGEST, right + distance);
        List<String> wrong = random.ints(low, high + 1)
                .filter(number -> number != right)
                .distinct()
                .limit(3)
                .mapToObj(Integer::toString)
                .toList();
        return new Exercise(question, Integer.toString(right), wrong, key);
    }

    /** Four different numbers from {@code low} to {@code high}, both inclusive. */
    private static int[] differentNumbers(int low, int high, RandomGenerator random) {
        return random.ints(low, high + 1).distinct().limit(4).toArray();
    }

    private static List<String> alphabet() {
        return IntStream.rangeClosed('a', 'z').mapToObj(Character::toString).toList();
    }

    /** Each word once, in alphabetical order. */
    private static String sorted(List<String> words) {
        return String.join(" ", new TreeSet<>(words));
    }
}
