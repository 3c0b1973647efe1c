package io.gatehouse.handover;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes files of text. */
final class TextFile {
    private TextFile() {}

    /** The content of the file. */
    interface Content {
        void write(Writer out) throws IOException;
    }

    static void write(Path file, Content content) throws IOException {
        try (Writer out = Files.newBufferedWriter(file)) {
            content.write(out);
        }
    }
}
