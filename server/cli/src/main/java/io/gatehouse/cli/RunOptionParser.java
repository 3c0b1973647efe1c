package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import io.gatehouse.engine.ExpertPlace;
import io.gatehouse.engine.Interventions;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.run.RunPlan;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.store.Store;
import io.gatehouse.worker.RunWorker;
import io.gatehouse.worker.WorkerSettings;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/**
 * Reads the options of a run that comes over HTTP as the command line would, and lets a process of its own read the files
 * that they name: one at a time, since each may take a worker's memory.
 */
public final class RunOptionParser implements RunPlanner {
    private static final int PATIENCE_SECONDS = 30;

    private final Store store;
    private final WorkerSettings settings;
    private final Semaphore reading = new Semaphore(1, true);

    public RunOptionParser(Store store, WorkerSettings settings) {
        this.store = requireNonNull(store, "store is null");
        this.settings = requireNonNull(settings, "settings is null");
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

    /** Reads options as the command line has them. */
    static RunOptions parse(Map<String, String> options) {
        Options parsed = new Options();
        String[] arguments = options.entrySet().stream()
                .map(option -> "--%s=%s".formatted(option.getKey(), option.getValue()))
                .toArray(String[]::new);
        try {
            new CommandLine(parsed).parseArgs(arguments);
        } catch (ParameterException e) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, String.valueOf(e.getMessage()), e);
        }
        return parsed.run;
    }

    @Override
    public RunPlan plan(Map<String, String> options) {
        RunOptions parsed = parse(options);
        Set<ExpertPlace> unused = parsed.unusedExperts(store);
        Interventions interventions = parsed.interventions(unused);
        Map<String, String> settled = settled(options, interventions);
        RunWorker worker = read(settled);
        try {
            String name = parsed.name(
                    new RunNames(store),
                    worker.sources().model(),
                    worker.sources().quiz(),
                    interventions);
            return new WorkerPlan(name, settled, store, settings, worker);
        } catch (RuntimeException e) {
            worker.close();
            throw e;
        }
    }

    /** The options without what only the file can say. */
    private static Map<String, String> settled(Map<String, String> options, Interventions interventions) {
        if (!options.containsKey("mask-unused-of")) {
            return options;
        }
        Map<String, String> settled = new TreeMap<>(options);
        settled.remove("mask-unused-of");
        settled.remove("unused-scope");
        settled.put(
                "mask",
                interventions.masked().stream()
                        .sorted()
                        .map(ExpertPlace::toString)
                        .collect(Collectors.joining(",")));
        return settled;
    }

    private RunWorker read(Map<String, String> options) {
        try {
            if (!reading.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new GatehouseException(ErrorCode.QUERY_BUSY, "The files of other runs are being read.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The request was interrupted.", e);
        }
        try {
            return RunWorker.start(settings, options);
        } finally {
            reading.release();
        }
    }
}
