package io.gatehouse.cluster;

import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunProgress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The driver of a cluster run in a process of its own, killed without warning when closed. */
record Driver(Process process, BufferedReader output) implements AutoCloseable {
    /** Its main method: runs the sample, loses some shards at their first try, and names each commit. */
    public static void main(String[] arguments) {
        SampleStudy.divided(
                Path.of(arguments[0]),
                SampleStudy.request("sample", Integer.parseInt(arguments[1]), 0),
                new RunListener() {
                    @Override
                    public void progress(RunProgress progress) {
                        System.out.println("committed " + progress.questionsDone());
                    }

                    @Override
                    public boolean cancelled() {
                        return false;
                    }
                },
                step -> new FailingAtFirst(step, 2, 1));
    }

    static Driver start(Path directory, int questions) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.add("-Xmx1g");
        // Spark's and ours: a killed process cannot clear its temporary files up.
        command.add("-Djava.io.tmpdir=" + Files.createDirectories(directory.resolveSibling("scratch")));
        command.add("-Dgatehouse.root=" + System.getProperty("gatehouse.root"));
        command.addAll(List.of(System.getProperty("gatehouse.spark.options").split(" ", -1)));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Driver.class.getName(),
                directory.toString(),
                String.valueOf(questions)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new Driver(process, process.inputReader());
    }

    /** Waits for the first shard that it commits, and says whether there was one before it ended. */
    boolean commits() throws IOException {
        @Nullable String line = output.readLine();
        while (line != null && !line.startsWith("committed")) {
            line = output.readLine();
        }
        return line != null;
    }

    @Override
    public void close() {
        process.toHandle().destroyForcibly();
        process.onExit().join();
        process.destroyForcibly();
    }
}
