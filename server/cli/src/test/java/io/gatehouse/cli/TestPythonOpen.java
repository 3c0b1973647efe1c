package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.testing.PythonProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python opens database files with servers of its own. Skips without Python 3.9. */
final class TestPythonOpen {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void passesItsTests() throws Exception {
        PythonProgram python = PythonProgram.in(directory);
        assumeTrue(python.has(), python.command() + " is not a Python 3.9 or newer");
        PythonProgram.Output output = python.run(
                Map.of("GATEHOUSE_TEST_LAUNCHER", launcher().toString()),
                "-m",
                "unittest",
                "discover",
                "--verbose",
                "--pattern",
                "test_open.py",
                "--start-directory",
                PythonProgram.PACKAGE.resolve("tests").toString());
        assertThat(output.exit()).as(output.text()).isZero();
        assertThat(output.text()).contains("test_starts_a_server_and_stops_it").doesNotContain("skipped");
    }

    /** In the place of the distribution's: it starts the classes of this test. */
    private Path launcher() throws Exception {
        // Like the tests' own JVMs, each server runs too short for C2 and G1 to pay off.
        Path options = Files.writeString(
                directory.resolve("options"),
                "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC --add-opens=java.base/java.nio=ALL-UNNAMED -Dgatehouse.home=\"%s\" -cp \"%s\" io.gatehouse.cli.Gatehouse"
                        .formatted(System.getProperty("gatehouse.home", ""), System.getProperty("java.class.path")));
        Path home = Files.createDirectory(directory.resolve("home"));
        Path launcher = Files.writeString(
                home.resolve("gatehouse"),
                "#!/bin/sh\nexec '%s/bin/java' '@%s' \"$@\"\n".formatted(System.getProperty("java.home"), options));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
        return launcher;
    }
}
