package io.gatehouse.cli.run;

import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.cluster.ClusterRun;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.DividedRun;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.store.Store;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        description = {
            "Answers a quiz like 'gatehouse run'; the executors of Apache Spark compute the shards.",
            "SPARK_HOME is the directory of Spark; SPARK_SUBMIT_OPTIONS holds options for spark-submit."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  gatehouse cluster run --master spark://host:7077 --output /shared/routing \\",
            "      --model /shared/OLMoE --quiz mmlu",
            "  gatehouse sql --db /shared/routing"
        })
public final class ClusterRunCommand implements Callable<Integer> {
    @Option(
            names = "--master",
            paramLabel = "URL",
            description = "Spark master, such as spark://host:7077, yarn or local[2]; by default that of Spark's own"
                    + " settings.")
    private Optional<String> master = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "Directory to write Parquet files to. All machines must reach it by this name: a path of"
                    + " a mounted disk, hdfs:, s3a: or similar. It must be new or written by earlier cluster runs.")
    private String directory = "";

    @Mixin
    private RunOptions options = new RunOptions();

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final StopSignal stop;

    public ClusterRunCommand(StopSignal stop) {
        this.stop = stop;
    }

    @Override
    public Integer call() {
        requireSpark();
        try (PlannedRun run = PlannedRun.open(options.request());
                ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), stop)) {
            RunOutcome outcome = new ClusterRun(master, directory).execute(register -> begin(run, register), progress);
            new Report()
                    .figure("Run", outcome.name())
                    .figure("Questions answered", outcome.questions())
                    .figure("Accuracy", outcome.accuracy())
                    .figure("Prompt tokens", outcome.tokens())
                    .figure("Seconds", outcome.elapsed().toMillis() / 1000.0)
                    .print(output);
        }
        return 0;
    }

    /** From here on there is something to keep. While Spark looks for its master there is not, and the process just ends. */
    private DividedRun begin(PlannedRun run, Store register) {
        stop.take();
        return run.divide(register);
    }

    private static void requireSpark() {
        try {
            Class.forName("org.apache.spark.sql.SparkSession");
        } catch (ClassNotFoundException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Apache Spark is not part of Gatehouse: set SPARK_HOME to the directory of a Spark installation, see docs/cluster.md",
                    e);
        }
    }
}
