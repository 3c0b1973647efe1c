package io.gatehouse.bench.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TestSampleCommands {
    /** An option that must be given has no default to name. */
    @Test
    void helpNamesDefaultsOnlyWhereThereAreSome() {
        for (String command : new String[] {"quiz", "train"}) {
            CommandOutcome help = CommandOutcome.of("sample", command, "--help");
            assertThat(help.exitCode()).as(command).isZero();
            assertThat(help.out())
                    .as(command)
                    .contains("default: 1")
                    .doesNotContainPattern("(?i)default:\\s+(?:-|Example)");
        }
    }
}
