package io.gatehouse.bench.command;

import picocli.CommandLine.Command;

@Command(
        name = "bench",
        description = "Measure this machine: how fast a part of Gatehouse is here.",
        mixinStandardHelpOptions = true,
        subcommands = {
            BenchEngineCommand.class,
            BenchRunCommand.class,
            BenchStoreCommand.class,
            BenchSqlCommand.class,
            BenchServerCommand.class,
            BenchLiveCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  gatehouse bench store --activations 10M"})
final class BenchCommand {}
