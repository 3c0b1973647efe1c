package io.gatehouse.cli.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Shows how far something is: one line that is drawn over and over on a terminal, a plain line on stderr now and then
 * elsewhere. The launcher says whether there is a terminal, since Java cannot.
 */
public final class StatusLine implements AutoCloseable {
    private static final int BAR_WIDTH = 30;
    private static final long TERMINAL_INTERVAL_NANOS = 100_000_000L;
    private static final long PLAIN_INTERVAL_NANOS = 10_000_000_000L;

    private final PrintWriter out;
    private final boolean terminal;
    private long lastShown;

    public StatusLine(PrintWriter err) {
        Optional<PrintWriter> screen = Boolean.getBoolean("gatehouse.terminal") ? screen() : Optional.empty();
        this.out = screen.orElse(err);
        this.terminal = screen.isPresent();
        this.lastShown = System.nanoTime();
    }

    /**
     * Shows the text if it is time for it.
     *
     * @param share what is done, 0 to 1
     */
    public void show(double share, Supplier<String> text) {
        long now = System.nanoTime();
        if (now - lastShown < (terminal ? TERMINAL_INTERVAL_NANOS : PLAIN_INTERVAL_NANOS)) {
            return;
        }
        lastShown = now;
        if (terminal) {
            out.print("\r\u001b[K" + bar(share) + " " + CellText.visible(text.get()));
        } else {
            out.println(CellText.visible(text.get()));
        }
        out.flush();
    }

    /** Clears the line on a terminal. */
    @Override
    public void close() {
        if (terminal) {
            out.print("\r\u001b[K");
            out.close();
        }
    }

    private static Optional<PrintWriter> screen() {
        try {
            return Optional.of(new PrintWriter(Files.newBufferedWriter(Path.of("/dev/tty"))));
        } catch (IOException noTerminal) {
            return Optional.empty();
        }
    }

    private static String bar(double share) {
        int done = (int) (share * BAR_WIDTH);
        return "█".repeat(done) + "░".repeat(BAR_WIDTH - done);
    }
}
