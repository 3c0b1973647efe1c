package io.gatehouse.cli;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Recording;
import io.gatehouse.store.Recording.Probabilities;
import io.gatehouse.store.Scope;
import picocli.CommandLine.Option;

/** What a run is to keep of what the routers say: the options of the command that runs. */
final class RecordingChoice {
    @Option(
            names = "--record",
            paramLabel = "TOKENS",
            defaultValue = "prompt",
            description = "prompt: the routing of every prompt token; last-prompt: only of the one that answers."
                    + " Default: ${DEFAULT-VALUE}.")
    private String record = "prompt";

    @Option(
            names = "--probabilities",
            paramLabel = "TOKENS",
            defaultValue = "none",
            description = "Keep the probability of every expert, of these tokens: none, last-prompt or all."
                    + " Default: ${DEFAULT-VALUE}.")
    private String probabilities = "none";

    @Option(names = "--norms", description = "Keep the norms of the chosen experts' outputs.")
    private boolean norms;

    Recording recording() {
        return new Recording(scope(), probabilities(), norms);
    }

    private Scope scope() {
        return switch (record) {
            case "prompt" -> Scope.PROMPT;
            case "last-prompt" -> Scope.LAST_PROMPT;
            default -> throw unknown("--record takes prompt or last-prompt", record);
        };
    }

    private Probabilities probabilities() {
        return switch (probabilities) {
            case "none" -> Probabilities.NONE;
            case "last-prompt" -> Probabilities.LAST_PROMPT;
            case "all" -> Probabilities.ALL;
            default -> throw unknown("--probabilities takes none, last-prompt or all", probabilities);
        };
    }

    private static GatehouseException unknown(String complaint, String value) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, "%s, not '%s'".formatted(complaint, value));
    }
}
