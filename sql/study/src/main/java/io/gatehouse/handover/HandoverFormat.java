package io.gatehouse.handover;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** A file format of another program. */
public interface HandoverFormat {
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
}
