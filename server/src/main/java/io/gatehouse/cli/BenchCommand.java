package io.gatehouse.cli;

import picocli.CommandLine.Command;

@Command(
        name = "bench",
        description = "Measure this machine: how fast a part of Gatehouse is here.",
        mixinStandardHelpOptions = true,
        subcommands = {BenchEngineCommand.class},
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  gatehouse bench --help"})
final class BenchCommand {}
