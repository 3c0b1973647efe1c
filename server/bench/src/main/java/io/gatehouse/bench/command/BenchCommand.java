package io.gatehouse.bench.command;

import picocli.CommandLine.Command;

@Command(
        name = "bench",
        description = "Measures the speed of a part of Gatehouse on this machine.",
        mixinStandardHelpOptions = true,
        subcommands = {
            BenchEngineCommand.class,
            BenchGenerateCommand.class,
            BenchRunCommand.class,
            BenchDecodeCommand.class,
            BenchStoreCommand.class,
            BenchSqlCommand.class,
            BenchAnalysesCommand.class,
            BenchServerCommand.class,
            BenchLiveCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  gatehouse bench store --activations 10M"})
final class BenchCommand {}
