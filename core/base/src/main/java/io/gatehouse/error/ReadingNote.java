package io.gatehouse.error;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Where a process notes which file it reads, so that whoever started it can say so when the process is gone: native code
 * and a full memory end it without a word. The system property {@value #PLACE} names the place; without it nothing is
 * noted. An orderly end clears the note.
 */
public final class ReadingNote {
    /** Names the file that takes the note. */
    public static final String PLACE = "gatehouse.reading";

    private static final Optional<FileChannel> NOTE = open();

    private ReadingNote() {}

    /** Notes that the file is read from here on. */
    public static void of(Path file) {
        NOTE.ifPresent(note -> write(note, file.toAbsolutePath() + "\n"));
    }

    /** The file that the process with this note read last; empty if it read none, or came to an orderly end. */
    public static Optional<String> read(Path place) {
        try {
            // The rest of a longer note may stand behind the end of the line.
            return Files.exists(place)
                    ? new String(Files.readAllBytes(place), StandardCharsets.UTF_8)
                            .lines()
                            .findFirst()
                            .filter(line -> !line.isEmpty())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<FileChannel> open() {
        String place = System.getProperty(PLACE, "");
        if (place.isEmpty()) {
            return Optional.empty();
        }
        try {
            FileChannel note = FileChannel.open(Path.of(place), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> write(note, "\n"), "gatehouse-reading"));
            return Optional.of(note);
        } catch (IOException | IllegalStateException e) {
            // A process without a note does all that one with a note does.
            return Optional.empty();
        }
    }

    private static void write(FileChannel note, String line) {
        try {
            note.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)), 0);
        } catch (IOException e) {
            // As above.
        }
    }
}
