package io.gatehouse.cluster;

import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunProgress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The driver of a cluster run in a process of its own, and with it a master of Spark and two workers, whose executors are
 * processes too. All of them may be killed without warning.
 */
record Driver(Process process, BufferedReader output) implements AutoCloseable {
    private static final String COMMITTED = "committed";

    /** Its main method: runs the sample, loses some shards at their first try, and names each commit. */
    public static void main(String[] arguments) {
        SampleStudy.divided(
                arguments[2],
                Path.of(arguments[0]),
                SampleStudy.request("sample", Integer.parseInt(arguments[1]), 0),
                new RunListener() {
                    @Override
                    public void progress(RunProgress progress) {
                        System.out.println(COMMITTED);
                    }

                    @Override
                    public boolean cancelled() {
                        return false;
                    }
                },
                step -> new FailingAtFirst(step, 2, 1));
    }

    /** @param home what Spark takes for its own directory, where it keeps the workers' files */
    static Driver start(Path directory, int questions, Path home) throws IOException {
        Files.createDirectories(home.resolve("jars"));
        String classPath = System.getProperty("java.class.path");
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.add("-Xmx1g");
        // Like the tests' own JVM: it and its executors end before the second compiler pays.
        List<String> quick = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        command.addAll(quick);
        command.add("-Dspark.executor.extraJavaOptions=" + String.join(" ", quick));
        // Spark's and ours: a killed process cannot clear its temporary files up.
        command.add("-Djava.io.tmpdir=" + Files.createDirectories(home.resolve("scratch")));
        command.add("-Dgatehouse.root=" + System.getProperty("gatehouse.root"));
        command.add("-Dspark.executor.memory=1g");
        command.add("-Dspark.executor.extraClassPath=" + classPath);
        command.addAll(List.of(System.getProperty("gatehouse.spark.options").split(" ", -1)));
        command.addAll(List.of("-cp", classPath, Driver.class.getName()));
        command.addAll(List.of(directory.toString(), String.valueOf(questions), SampleStudy.STANDALONE));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        Process process = builder.start();
        return new Driver(process, process.inputReader());
    }

    /** Waits until it has committed so many more shards, or has come to its end before. */
    void awaitCommits(int shards) throws IOException {
        for (int committed = 0; committed < shards; ) {
            @Nullable String line = output.readLine();
            if (line == null) {
                return;
            }
            if (line.equals(COMMITTED)) {
                committed++;
            }
        }
    }

    /** Waits until there is an executor and kills one of them, while there are any. */
    boolean killsExecutor(Random random) throws InterruptedException {
        String java = process.info().command().orElseThrow();
        while (process.isAlive()) {
            // Spark's and Hadoop's scripts and tools are children as well.
            List<ProcessHandle> executors = process.toHandle()
                    .children()
                    .filter(child -> child.info().command().equals(Optional.of(java)))
                    .toList();
            if (!executors.isEmpty()) {
                return executors.get(random.nextInt(executors.size())).destroyForcibly();
            }
            Thread.sleep(50);
        }
        return false;
    }

    /** Its executors notice, and end. */
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
