package io.gatehouse.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Another JVM on the same class path, killed without warning when closed. */
record ChildProcess(Process process, BufferedReader output) implements AutoCloseable {
    static ChildProcess start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new ChildProcess(process, process.inputReader());
    }

    long pid() {
        return process.pid();
    }

    /** Next line it prints, null when it has ended. */
    @Nullable
    String readLine() throws IOException {
        return output.readLine();
    }

    /** Kills it and leaves what it has printed readable. */
    void kill() {
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
        process.destroyForcibly();
    }
}
