package io.gatehouse.store;

import io.gatehouse.testing.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Another JVM on the same class path, killed without warning when closed.
 *
 * @param scratch its directory for temporary files: one that is killed cannot clear it up
 */
public record ChildProcess(Process process, BufferedReader output, Path scratch) implements AutoCloseable {
    public static ChildProcess start(Class<?> main, String... arguments) throws IOException {
        Path scratch = Files.createTempDirectory("gatehouse-child");
        List<String> options = List.of("-Xmx256m", "-Djava.io.tmpdir=" + scratch);
        Process process = new ProcessBuilder(JavaCommand.of(main, options, arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new ChildProcess(process, process.inputReader(), scratch);
    }

    long pid() {
        return process.pid();
    }

    /** Next line it prints, null when it has ended. */
    @Nullable
    public String readLine() throws IOException {
        return output.readLine();
    }

    /** Kills it and leaves what it has printed readable. */
    public void kill() {
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() throws IOException {
        kill();
        process.destroyForcibly();
        try (Stream<Path> files = Files.walk(scratch)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
