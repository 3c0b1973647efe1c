package io.gatehouse.sample.random;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sample.vocabulary.BytePairVocabulary;
import io.gatehouse.sample.vocabulary.BytePairVocabulary.Merge;
import io.gatehouse.sample.vocabulary.TokenizerJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The tokenizer.json that a random checkpoint gets.
 *
 * @param content text of the file
 * @param tokens one more than the largest id of a token
 */
public record TokenizerSource(String content, int tokens) {
    /** Knows every byte, and each answer letter after a space, which a quiz needs as one token. */
    public static TokenizerSource bytes() {
        BytePairVocabulary vocabulary = new BytePairVocabulary(Stream.of("A", "B", "C", "D")
                .map(letter -> new Merge("Ġ", letter))
                .toList());
        return new TokenizerSource(TokenizerJson.of(vocabulary), vocabulary.size());
    }

    /**
     * That of a file.
     *
     * @throws GatehouseException FILE_NOT_FOUND or CORRUPT_CHECKPOINT if it is not a usable tokenizer
     */
    public static TokenizerSource of(Path file) {
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            return new TokenizerSource(Files.readString(file), tokenizer.vocabSize());
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.FILE_NOT_FOUND, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    void requireAtMost(int vocabulary) {
        if (tokens > vocabulary) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The tokenizer has %,d tokens; the model has a vocabulary of %,d".formatted(tokens, vocabulary));
        }
    }
}
