package io.gatehouse.cli;

import picocli.CommandLine.Command;

@Command(
        name = "sample",
        description = "Make the bundled sample again: its quiz and its model.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {SampleQuizCommand.class},
        footer = {"", "Example:", "  gatehouse sample quiz --out quiz --seed 1"})
final class SampleCommand {}
