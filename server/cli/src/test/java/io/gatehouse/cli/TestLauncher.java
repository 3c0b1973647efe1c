package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script that starts Java, with a stand-in for Java that ends in some way. */
@Timeout(60)
final class TestLauncher {
    private static final Path SCRIPT =
            Path.of(System.getProperty("gatehouse.root")).resolve("gatehouse");

    /** Notes what it reads as Gatehouse does, and goes on with {@code $END}. */
    private static final String JAVA = """
            #!/usr/bin/env bash
            if [ "$1" = -version ]; then echo 'openjdk version "17.0.1"' >&2; exit 0; fi
            for option in "$@"; do
                case "$option" in -Dgatehouse.reading=*) note=${option#*=} ;; esac
            done
            printf '/models/evil/tokenizer.json\\nrest of a longer name\\n' >"${note:-/dev/null}"
            echo out
            echo 'W0000 00:00 op_level_cost_estimator.cc' >&2
            echo err >&2
            eval "$END"
            """;

    @TempDir
    private Path folder = Path.of("");

    private record End(int exit, String out, String err) {}

    @BeforeEach
    void install() throws IOException {
        Files.createDirectories(folder.resolve("lib"));
        Files.createDirectories(folder.resolve("tmp"));
        Files.copy(SCRIPT, folder.resolve("gatehouse"));
        Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, JAVA);
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(folder.resolve("gatehouse"), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void saysWhatWasReadWhereASignalEndedJava() throws Exception {
        for (int signal : new int[] {6, 9, 11}) {
            End end = launch("kill -%d $$".formatted(signal));
            assertThat(end.exit()).isEqualTo(128 + signal);
            assertThat(end.out()).isEqualTo("out\n");
            assertThat(end.err())
                    .isEqualTo(
                            "err\ngatehouse: the process ended abnormally; the last file it read is /models/evil/tokenizer.json\n");
        }
    }

    @Test
    void saysItWhereMemoryRanOut() throws Exception {
        End end = launch("exit 3");
        assertThat(end.exit()).isEqualTo(3);
        assertThat(end.err()).contains("the last file it read is /models/evil/tokenizer.json");
    }

    @Test
    void saysNothingAfterAnOrderlyEnd() throws Exception {
        for (int exit : new int[] {0, 1, 70, 130}) {
            End end = launch("echo >\"$note\"; exit %d".formatted(exit));
            assertThat(end).isEqualTo(new End(exit, "out\n", "err\n"));
        }
    }

    /** The process that is started is Java itself, so that a signal to it is one to Java. */
    @Test
    void javaTakesItsPlace() throws Exception {
        Process process = start("exec sleep 50");
        try {
            while (!process.info().command().orElse("").endsWith("sleep")) {
                Thread.sleep(10);
            }
            process.destroy();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void startsWhereNothingCanBeNoted() throws Exception {
        End end = launch("exit 0", Path.of("/proc/nowhere"));
        assertThat(end.exit()).isZero();
        assertThat(end.out()).isEqualTo("out\n");
    }

    private End launch(String how) throws Exception {
        Path temporary = folder.resolve("tmp");
        End end = launch(how, temporary);
        // The note goes when all is said, which may be after the end of the process.
        while (!isEmpty(temporary)) {
            Thread.sleep(10);
        }
        return new End(end.exit(), end.out(), Files.readString(folder.resolve("err")));
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    private End launch(String how, Path temporary) throws Exception {
        Process process = process(how, temporary)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        process.getOutputStream().close();
        int exit = process.waitFor();
        return new End(exit, Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err")));
    }

    private Process start(String how) throws IOException {
        return process(how, folder.resolve("tmp")).start();
    }

    private ProcessBuilder process(String how, Path temporary) {
        ProcessBuilder process = new ProcessBuilder(folder.resolve("gatehouse").toString(), "tokenize");
        process.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
        process.environment().put("TMPDIR", temporary.toString());
        process.environment().put("END", how);
        return process;
    }
}
