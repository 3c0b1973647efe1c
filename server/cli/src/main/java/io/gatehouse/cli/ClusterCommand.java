package io.gatehouse.cli;

import picocli.CommandLine.Command;

@Command(
        name = "cluster",
        description = "Runs work on an Apache Spark cluster.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Example:",
            "  gatehouse cluster run --master spark://host:7077 --to /shared/routing --model /shared/OLMoE --quiz mmlu"
        })
final class ClusterCommand {}
