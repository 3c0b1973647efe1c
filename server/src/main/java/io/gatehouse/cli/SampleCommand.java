package io.gatehouse.cli;

import picocli.CommandLine.Command;

@Command(
        name = "sample",
        description = "Make the bundled sample again, its quiz and its model, or a model of random weights.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {SampleQuizCommand.class, SampleTrainCommand.class},
        footer = {"", "Example:", "  gatehouse sample train --out model --seed 1"})
final class SampleCommand {}
