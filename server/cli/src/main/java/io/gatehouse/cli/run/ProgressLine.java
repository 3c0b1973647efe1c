package io.gatehouse.cli.run;

import io.gatehouse.base.DurationText;
import io.gatehouse.cli.terminal.StatusLine;
import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.run.DiskNeed;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunProgress;
import io.gatehouse.store.write.WritingProgress;
import java.io.PrintWriter;
import java.util.Locale;

/** Shows how far a run is, and ends it when the process is asked to stop. */
public final class ProgressLine implements RunListener, AutoCloseable {
    /** From here on the size of the file is that of its activations; before, most of it is that of a file. */
    private static final long MANY = 1_000_000;

    private final PrintWriter err;
    private final StatusLine line;
    private final StopSignal stop;

    public ProgressLine(PrintWriter err, StopSignal stop) {
        this.err = err;
        this.line = new StatusLine(err);
        this.stop = stop;
    }

    @Override
    public void planned(DiskNeed need) {
        // From here on there is something to keep. While a model is loaded there is not, and the process just ends.
        stop.take();
        String each = need.activations() < MANY
                ? ""
                : String.format(Locale.ROOT, " of %.1f bytes each, all tables included", need.bytesPerActivation());
        err.println(String.format(
                Locale.ROOT,
                "Expected size: about %s (%,d activations%s); %s free",
                size(need.bytes()),
                need.activations(),
                each,
                size(need.freeBytes())));
        err.flush();
    }

    @Override
    public void progress(RunProgress progress) {
        line.show(progress.share(), () -> text(progress));
    }

    @Override
    public boolean cancelled() {
        return stop.raised();
    }

    @Override
    public void close() {
        line.close();
    }

    private static String size(long bytes) {
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }

    private static String text(RunProgress progress) {
        return String.format(
                Locale.ROOT,
                "%3.0f%%  %,d of %,d questions  %,.0f tokens/s%s%s",
                100 * progress.share(),
                progress.questionsDone(),
                progress.questions(),
                progress.tokensPerSecond(),
                progress.timeLeft()
                        .map(left -> "  " + DurationText.of(left) + " left")
                        .orElse(""),
                writing(progress.writing()));
    }

    private static String writing(WritingProgress writing) {
        return writing.activations() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "  writes %.1f M activations/s, shards waiting: %d",
                        writing.activationsPerSecond() / 1e6,
                        writing.shardsWaiting());
    }
}
