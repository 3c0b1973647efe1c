package io.gatehouse.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a user has: the launcher beside a lib folder, and a SPARK_HOME. Both are links to the jars of this build; Spark's
 * lie as in its own distribution.
 */
public final class SparkHome {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));

    private final Path launcher;
    private final Path spark;

    public SparkHome(Path folder) throws IOException {
        spark = folder.resolve("spark");
        link(jars("sql/spark/connect-server/target/classpath"), spark.resolve("jars"));
        link(jars("sql/spark/target/client"), spark.resolve("jars/connect-repl"));
        Path distribution = folder.resolve("gatehouse");
        link(List.of(System.getProperty("java.class.path").split(File.pathSeparator)), distribution.resolve("lib"));
        launcher = Files.copy(ROOT.resolve("gatehouse"), distribution.resolve("gatehouse"));
    }

    private static List<String> jars(String file) throws IOException {
        return List.of(Files.readString(ROOT.resolve(file)).strip().split(File.pathSeparator));
    }

    /** Under names that keep them apart; Java takes a folder for a jar's contents, whatever it is named. */
    private static void link(List<String> jars, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i < jars.size(); i++) {
            Path jar = Path.of(jars.get(i)).toAbsolutePath();
            String name = jar.getFileName().toString();
            String kept = name.endsWith(".jar") && !Files.exists(folder.resolve(name)) ? name : i + ".jar";
            Files.createSymbolicLink(folder.resolve(kept), jar);
        }
    }

    /** The launcher with arguments, as a user with that Spark calls it. */
    public ProcessBuilder gatehouse(String... arguments) {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder process = new ProcessBuilder(command);
        process.environment().put("JAVA_HOME", System.getProperty("java.home"));
        process.environment().put("SPARK_HOME", spark.toString());
        // Like the tests' own JVMs, it runs too short for C2 and G1 to pay off.
        process.environment().put("GATEHOUSE_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        return process;
    }
}
