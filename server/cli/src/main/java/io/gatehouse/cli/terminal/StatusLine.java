package io.gatehouse.cli.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Shows progress: one line that is redrawn on a terminal and cut to its width, or a plain line on stderr every ten
 * seconds. The launcher says whether there is a terminal and how wide it is, because Java cannot.
 */
public final class StatusLine implements AutoCloseable {
    private static final int BAR_WIDTH = 30;
    private static final int NARROW_BAR_WIDTH = 10;
    private static final int DEFAULT_COLUMNS = 80;
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
     * Shows the text if the last one was shown long enough ago.
     *
     * @param share share of the work that is done, 0 to 1
     */
    public void show(double share, Supplier<String> text) {
        long now = System.nanoTime();
        if (now - lastShown < (terminal ? TERMINAL_INTERVAL_NANOS : PLAIN_INTERVAL_NANOS)) {
            return;
        }
        lastShown = now;
        if (terminal) {
            out.print(redrawn(share, CellText.visible(text.get()), Integer.getInteger("gatehouse.columns", 0)));
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

    /**
     * Returns what draws the line anew. The terminal does not wrap it meanwhile: it may have become narrower.
     *
     * @param columns the width of the terminal; 0 if it is not known
     */
    static String redrawn(double share, String text, int columns) {
        return "\r\u001b[K\u001b[?7l" + drawn(share, text, columns > 0 ? columns : DEFAULT_COLUMNS) + "\u001b[?7h";
    }

    /** Returns a bar and the text in one line of a terminal. In a narrow terminal first the bar and then the text is cut. */
    static String drawn(double share, String text, int columns) {
        int width = BAR_WIDTH + 1 + text.length() < columns ? BAR_WIDTH : NARROW_BAR_WIDTH;
        int done = (int) (share * width);
        String line = "█".repeat(done) + "░".repeat(width - done) + " " + text;
        return line.length() < columns ? line : line.substring(0, Math.max(1, columns - 2)) + "…";
    }
}
