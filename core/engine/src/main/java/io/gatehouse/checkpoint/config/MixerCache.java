package io.gatehouse.checkpoint.config;

import java.util.List;
import java.util.Optional;

/**
 * What a layer keeps of a text while the text is being generated.
 *
 * @param tokens what is kept of each token that a later one may see
 * @param stateNumbers fp32 numbers that are kept of the whole text, whatever its length
 */
public record MixerCache(List<PerToken> tokens, long stateNumbers) {
    /** Of a layer where tokens do not see each other. */
    public static final MixerCache NOTHING = new MixerCache(List.of(), 0);

    /**
     * Vectors of a token.
     *
     * @param heads how many
     * @param size numbers of each
     * @param exact whether they are in fp32 in every plan, and not in the type of the products
     */
    public record PerToken(int heads, int size, boolean exact) {
        /** Numbers of all vectors. */
        public int width() {
            return heads * size;
        }
    }

    public MixerCache {
        tokens = List.copyOf(tokens);
    }

    static Optional<MixerCache> ofTokens(PerToken... parts) {
        return Optional.of(new MixerCache(List.of(parts), 0));
    }

    static Optional<MixerCache> ofState(long numbers) {
        return Optional.of(new MixerCache(List.of(), numbers));
    }

    /** Whether the past of a text is a state, and not a list of tokens. */
    public boolean isState() {
        return tokens.isEmpty();
    }
}
