package io.gatehouse.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.run.DiskNeed;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class TestProgressLine {
    @Test
    void saysWhatAnActivationTakesWhereThereAreMany() {
        assertThat(planned(new DiskNeed(215_000_000, 860_000_000, 1_200_000_000)))
                .isEqualTo("Expected size: about 860.0 MB (215,000,000 activations of 4.0 bytes each, all tables"
                        + " included); 1.2 GB free");
    }

    /** What a file has without any activation would be divided among them: 5,286.2 bytes each. */
    @Test
    void leavesThatOutOfASmallRun() {
        assertThat(planned(new DiskNeed(208, 1_099_520, 33_000_000_000L)))
                .isEqualTo("Expected size: about 1.1 MB (208 activations); 33.0 GB free");
    }

    private static String planned(DiskNeed need) {
        StringWriter err = new StringWriter();
        try (StopSignal stop = new StopSignal();
                ProgressLine line = new ProgressLine(new PrintWriter(err, true), stop)) {
            line.planned(need);
        }
        return err.toString().strip();
    }
}
