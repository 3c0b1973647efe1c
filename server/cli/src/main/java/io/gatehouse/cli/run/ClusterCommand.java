package io.gatehouse.cli.run;

import picocli.CommandLine.Command;

@Command(
        name = "cluster",
        description = "Runs work on an Apache Spark cluster.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Example:",
            "  gatehouse cluster run --master spark://host:7077 --output /shared/routing \\",
            "      --model /shared/OLMoE --quiz mmlu"
        })
public final class ClusterCommand {}
