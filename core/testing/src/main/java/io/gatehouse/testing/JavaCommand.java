package io.gatehouse.testing;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of another JVM on the class path of the tests, which compiles and collects garbage as theirs does. */
public final class JavaCommand {
    private JavaCommand() {}

    /**
     * Runs a main method.
     *
     * @param options those that the tests' own JVM does not have, such as {@code -Xmx256m}
     */
    public static List<String> of(Class<?> main, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-XX:TieredStopAtLevel=") || argument.endsWith("GC"))
                .forEach(command::add);
        command.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path", ""), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
