package io.gatehouse.checkpoint.tokenizer;

import static java.util.Objects.requireNonNull;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.ReadingNote;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A model's tokenizer.json, run by Hugging Face's own library: text to token ids and back. It never truncates or pads.
 * Thread-safe until it is closed.
 */
public final class Tokenizer implements AutoCloseable {
    public static final int MAX_BYTES = 64 << 20;

    private final Path file;
    private final HuggingFaceTokenizer tokenizer;
    private final Vocabulary vocabulary;

    private Tokenizer(Path file, HuggingFaceTokenizer tokenizer, Vocabulary vocabulary) {
        this.file = file;
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
    }

    /**
     * Opens a tokenizer.json.
     *
     * @throws GatehouseException FILE_NOT_FOUND or CORRUPT_CHECKPOINT
     */
    public static Tokenizer open(Path tokenizerJson) {
        requireNonNull(tokenizerJson, "tokenizerJson is null");
        return of(tokenizerJson, ModelFiles.read(tokenizerJson, MAX_BYTES));
    }

    /**
     * Opens a tokenizer by its JSON.
     *
     * @param file that it is from, for errors
     * @throws GatehouseException CORRUPT_CHECKPOINT
     */
    public static Tokenizer of(Path file, byte[] content) {
        Vocabulary vocabulary = Vocabulary.parse(file, content);
        return new Tokenizer(file, load(file, content), vocabulary);
    }

    /** Returns the ids of the text's tokens, without special tokens around them; none for the empty text. */
    public int[] encode(String text) {
        return narrow(encode(file, tokenizer, text, false).getIds());
    }

    /**
     * Returns the ids of a text that something follows: before those of its tokens, the special tokens that the file begins
     * a text with, such as Mixtral's {@code <s>}. What it ends one with is left out.
     */
    public int[] encodeBeginning(String text) {
        return tokenizeBeginning(text).ids();
    }

    /** The same with where in the text each token begins. */
    public TextTokens tokenizeBeginning(String text) {
        Encoding encoding = encode(file, tokenizer, text, true);
        long[] added = encoding.getSpecialTokenMask();
        int to = added.length;
        while (to > 0 && added[to - 1] == 1) {
            to--;
        }
        return TextTokens.of(text, encoding.getIds(), encoding.getCharTokenSpans(), to);
    }

    /** What the library cannot encode by the file, it says in an exception, or with the end of the process. */
    static Encoding encode(Path file, HuggingFaceTokenizer tokenizer, String text, boolean special) {
        ReadingNote.of(file);
        try {
            return tokenizer.encode(text, special, false);
        } catch (RuntimeException e) {
            throw unusable(file, e);
        }
    }

    static int[] narrow(long[] ids) {
        return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }

    /** Returns the text that the tokens make together, special tokens included. Ids that no token has count for nothing. */
    public String decode(int... ids) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return tokenizer.decode(wide, false);
    }

    /**
     * Returns the text of one token for display; bytes that are not a whole character show as U+FFFD. Empty for an id that
     * no token has, as a model's output may have more entries than its tokenizer.
     */
    public String token(int id) {
        return vocabulary.text(id);
    }

    /** One more than the largest id of a token. */
    public int vocabSize() {
        return vocabulary.size();
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    static HuggingFaceTokenizer load(Path file, byte[] content) {
        ReadingNote.of(file);
        Map<String, String> options = Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
        try {
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(content), options);
        } catch (EngineException e) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR, "The tokenizer library does not load: " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            throw unusable(file, e);
        }
    }

    private static GatehouseException unusable(Path file, Exception cause) {
        return new GatehouseException(
                ErrorCode.CORRUPT_CHECKPOINT,
                "%s is not a usable tokenizer: %s".formatted(file, JsonFile.shown(String.valueOf(cause.getMessage()))),
                cause);
    }
}
