package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.run.RunPlan;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.store.Store;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** Reads the options of a run that comes over HTTP as the command line would. */
final class RunOptionParser implements RunPlanner {
    private final Store store;

    RunOptionParser(Store store) {
        this.store = requireNonNull(store, "store is null");
    }

    @Command(name = "run")
    private static final class Options {
        @Mixin
        private RunOptions run = new RunOptions();
    }

    @Override
    public Set<String> options() {
        return names();
    }

    static Set<String> names() {
        return new CommandLine(new Options())
                .getCommandSpec().options().stream()
                        .map(option -> option.longestName().substring("--".length()))
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public RunPlan plan(Map<String, String> options) {
        Options parsed = new Options();
        String[] arguments = options.entrySet().stream()
                .map(option -> "--%s=%s".formatted(option.getKey(), option.getValue()))
                .toArray(String[]::new);
        try {
            new CommandLine(parsed).parseArgs(arguments);
        } catch (ParameterException e) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, String.valueOf(e.getMessage()), e);
        }
        RunDraft draft = parsed.run.read();
        try {
            return draft.plan(store);
        } catch (RuntimeException e) {
            draft.close();
            throw e;
        }
    }
}
