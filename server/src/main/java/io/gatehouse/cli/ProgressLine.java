package io.gatehouse.cli;

import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunProgress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Shows a run: one line that is drawn over and over on a terminal, a plain line on stderr now and then elsewhere. The
 * launcher says whether there is a terminal, since Java cannot.
 */
final class ProgressLine implements RunListener, AutoCloseable {
    private static final int BAR_WIDTH = 30;
    private static final long TERMINAL_INTERVAL_NANOS = 100_000_000L;
    private static final long PLAIN_INTERVAL_NANOS = 10_000_000_000L;

    private final PrintWriter out;
    private final boolean terminal;
    private final StopSignal stop;
    private long lastShown;

    ProgressLine(PrintWriter err, StopSignal stop) {
        Optional<PrintWriter> screen = Boolean.getBoolean("gatehouse.terminal") ? screen() : Optional.empty();
        this.out = screen.orElse(err);
        this.terminal = screen.isPresent();
        this.stop = stop;
        this.lastShown = System.nanoTime();
    }

    @Override
    public void progress(RunProgress progress) {
        long now = System.nanoTime();
        if (now - lastShown < (terminal ? TERMINAL_INTERVAL_NANOS : PLAIN_INTERVAL_NANOS)) {
            return;
        }
        lastShown = now;
        if (terminal) {
            out.print("\r\u001b[K" + bar(progress.share()) + " " + text(progress));
        } else {
            out.println(text(progress));
        }
        out.flush();
    }

    @Override
    public boolean cancelled() {
        return stop.raised();
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

    private static String text(RunProgress progress) {
        return String.format(
                Locale.ROOT,
                "%3.0f %%  %,d of %,d questions  %,.0f tokens/s  %s left",
                100 * progress.share(),
                progress.questionsDone(),
                progress.questions(),
                progress.tokensPerSecond(),
                duration(progress.timeLeft()));
    }

    /** 42 s, 3 min 05 s, 2 h 10 min. */
    static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60);
    }
}
