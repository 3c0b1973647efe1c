package io.gatehouse.cli;

import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.handover.ExpertScore;
import io.gatehouse.handover.Handover;
import io.gatehouse.handover.HandoverFormat;
import io.gatehouse.store.run.Scope;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** One run for another program, in the place of the whole file. */
final class HandoverOptions {
    /** That of the example of ESFT's own script. */
    private static final double SHARE = 0.2;

    @Option(
            names = "--as",
            paramLabel = "FORMAT",
            description = "Write one run for another program: esft, eplb, committee or mask (docs/import.md).")
    private Optional<String> format = Optional.empty();

    @Option(names = "--run", paramLabel = "NAME", description = "With --as: name of the run.")
    private Optional<String> run = Optional.empty();

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            description = "With --as esft, eplb or mask: tokens to count, prompt or last_prompt; by default all tokens"
                    + " that the run recorded.")
    private Optional<String> scope = Optional.empty();

    @Option(
            names = "--subject",
            paramLabel = "NAME",
            description = "With --as esft: the subject; by default the subject of a run that has only one.")
    private Optional<String> subject = Optional.empty();

    @Option(
            names = "--score",
            paramLabel = "SCORE",
            description = "With --as esft: token (default), the share of selections, or gate, the mean weight.")
    private Optional<ExpertScore> score = Optional.empty();

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description =
                    "With --as esft: the share of a layer's total score that the selected experts reach; default: 0.2.")
    private Optional<Double> share = Optional.empty();

    /** Whether that was asked for. */
    boolean given() {
        if (format.isEmpty()) {
            refuse("--as", run, scope, subject, score, share);
        }
        return format.isPresent();
    }

    /** Writes the file. */
    void write(Session session, Path file) {
        HandoverFormat wanted = HandoverFormat.of(format.orElseThrow());
        if (wanted != HandoverFormat.ESFT) {
            refuse("--as esft", subject, score, share);
        }
        if (wanted == HandoverFormat.COMMITTEE) {
            refuse("--as esft, eplb or mask", scope);
        }
        String name = run.orElseThrow(() -> new GatehouseException(ErrorCode.INVALID_ARGUMENT, "--as needs --run"));
        Handover handover = new Handover(session, name, scope.map(Scope::of));
        switch (wanted) {
            case ESFT -> handover.writeEsft(file, subject, score.orElse(ExpertScore.TOKEN), share.orElse(SHARE));
            case EPLB -> handover.writeLoads(file);
            case COMMITTEE -> handover.writeCommittee(file);
            case MASK -> handover.writeMask(file);
        }
    }

    private static void refuse(String option, Optional<?>... others) {
        for (Optional<?> other : others) {
            if (other.isPresent()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT, "'%s' is only for %s".formatted(other.get(), option));
            }
        }
    }
}
