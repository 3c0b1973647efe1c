package io.gatehouse.cli;

import picocli.CommandLine.Command;

@Command(
        name = "sample",
        description = "Creates a checkpoint of random weights; in a clone, also recreates the bundled model and quiz.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  gatehouse sample random --like olmoe-1b-7b --layers 2 --output olmoe-2"})
final class SampleCommand {}
