package io.gatehouse.handover;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A file format of another program. */
public interface HandoverFormat {
    /** All of them, in the order of their documentation. */
    List<HandoverFormat> ALL = List.of(
            new DuckDbFormat(),
            new EplbFormat(),
            new KtFormat(),
            new Exl3Format(),
            new HotFormat(),
            new PinsFormat(),
            new R3Format(),
            new LibCacheSimFormat(),
            new PolicylangFormat(),
            new EsftFormat(),
            new CommitteeFormat(),
            new MaskFormat());

    /** Name as users write it. */
    String id();

    /** What may be said about it. */
    Set<Choice> choices();

    /**
     * Writes the file, or a new directory, as the choices of the handover say. It is in a temporary directory, which is
     * deleted with all that is left beside it.
     */
    Written write(Handover handover, Path file) throws IOException;

    /** Returns the name of the fingerprint beside a file of this name. */
    default String fingerprintOf(String name) {
        return name + Fingerprint.SUFFIX;
    }

    /**
     * What was written.
     *
     * @param scope the tokens that it is about
     * @param tokens how many they are
     */
    record Written(String scope, long tokens) {}

    /**
     * Returns the format with a name.
     *
     * @throws GatehouseException INVALID_ARGUMENT, with the names there are
     */
    static HandoverFormat of(String id) {
        return ALL.stream()
                .filter(format -> format.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "There is no format '%s'; the formats are %s.".formatted(id, ids())));
    }

    /** The names of all formats, as a list in words. */
    static String ids() {
        return ALL.stream().map(HandoverFormat::id).collect(Collectors.joining(", "));
    }
}
