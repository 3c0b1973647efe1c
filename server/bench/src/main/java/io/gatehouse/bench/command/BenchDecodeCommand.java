package io.gatehouse.bench.command;

import io.gatehouse.bench.decode.DecodeBench;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "decode",
        description = {
            "Measures how fast packed weights are decoded to bf16 and to fp32.",
            "",
            "Decodes a matrix of 1,536 x 2,048 in each packing, from memory and on one thread, and reports gigabytes of"
                    + " packed weights, to bf16, and billions (10^9) of values per second."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse bench decode"})
final class BenchDecodeCommand implements Callable<Integer> {
    @Option(names = "--rounds", description = "Rounds, the fastest of which counts (default: ${DEFAULT-VALUE}).")
    private int rounds = 30;

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        Report report = new Report();
        for (DecodeBench.Measured measured : DecodeBench.measure(Math.max(1, rounds))) {
            report.figure(measured.packing() + ", GB/s packed", Report.rounded(measured.packedGigabytes(), 2))
                    .figure(measured.packing() + ", G values/s to bf16", Report.rounded(measured.bfloat16Values(), 2))
                    .figure(measured.packing() + ", G values/s to fp32", Report.rounded(measured.values(), 2));
        }
        report.print(output);
        return 0;
    }
}
