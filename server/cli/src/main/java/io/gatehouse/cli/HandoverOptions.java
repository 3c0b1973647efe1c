package io.gatehouse.cli;

import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.handover.Choices;
import io.gatehouse.handover.ExpertScore;
import io.gatehouse.handover.Handover;
import io.gatehouse.handover.HandoverFormat;
import io.gatehouse.handover.HandoverFormats;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A file for another program, in the place of the directory. */
final class HandoverOptions {
    @Option(
            names = "--as",
            paramLabel = "FORMAT",
            description =
                    "Write a file for other programs (docs/export.md): duckdb, with all relations;"
                            + " or one run as eplb, vllm-map, ascend-map, sglang-map, kt, exl3, hot, pins, mbolt, r3, libcachesim, policylang, esft, steer, committee, mask or metrics.")
    private Optional<String> format = Optional.empty();

    @Option(names = "--run", paramLabel = "NAME", description = "With --as: name of the run.")
    private Optional<String> run = Optional.empty();

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            description =
                    "With --as: tokens to count, prompt, last_prompt or generated; by default all tokens of prompts"
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

    @Option(
            names = "--questions",
            paramLabel = "SET",
            description =
                    "With --as steer: the questions at which the experts to turn on fire more: right, wrong, a subject,"
                            + " or an attribute as name=value.")
    private Optional<String> questions = Optional.empty();

    @Option(
            names = "--other-questions",
            paramLabel = "SET",
            description = "With --as steer: the questions with which --questions is compared.")
    private Optional<String> otherQuestions = Optional.empty();

    @Option(
            names = "--hottest",
            paramLabel = "N",
            description = "With --as hot or pins: how many experts of each layer; by default all that fired.")
    private Optional<Integer> hottest = Optional.empty();

    @Option(
            names = "--ranks",
            paramLabel = "N",
            description = "With --as vllm-map, ascend-map or sglang-map: number of ranks, such as GPUs.")
    private Optional<Integer> ranks = Optional.empty();

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "With --ranks: number of physical experts of each layer, a multiple of --ranks; copies of the"
                    + " busiest fill the rest. By default the smallest multiple that holds all experts.")
    private Optional<Integer> replicas = Optional.empty();

    @Option(
            names = "--relations",
            paramLabel = "NAME",
            split = ",",
            description = "With --as duckdb: the relations to write, separated by commas; by default all.")
    private List<String> relations = List.of();

    /** Whether that was asked for. */
    boolean given() {
        if (format.isEmpty()) {
            choices().given().forEach((choice, value) -> {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT, "%s %s needs --as FORMAT.".formatted(choice.option(), value));
            });
        }
        return format.isPresent();
    }

    /** Writes the file. */
    void write(Session session, Path file) {
        HandoverFormat wanted = HandoverFormats.of(format.orElseThrow());
        new Handover(session, choices()).write(wanted, file);
    }

    private Choices choices() {
        Optional<List<String>> named = Optional.of(relations).filter(names -> !names.isEmpty());
        return new Choices(
                run, scope, subject, score, share, questions, otherQuestions, hottest, ranks, replicas, named);
    }
}
