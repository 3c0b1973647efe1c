package io.gatehouse.handover;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.run.Scope;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Exports a run in the formats of other programs.
 *
 * @param session asks the file of the run
 * @param run name of the run
 * @param scope the tokens that are counted; where empty, all that the run recorded
 */
public record Handover(Session session, String run, Optional<Scope> scope) {
    /** The content of the file. */
    interface Content {
        void write(Writer out) throws IOException;
    }

    public Handover {
        requireNonNull(session, "session is null");
        requireNonNull(run, "run is null");
        requireNonNull(scope, "scope is null");
    }

    /**
     * Writes how often each expert was activated, layer by layer.
     *
     * @throws GatehouseException RUN_NOT_FOUND; INVALID_ARGUMENT if the run recorded nothing at the scope, or the file
     *     cannot be written
     */
    public void writeLoads(Path file) {
        ExportedRun handed = ExportedRun.of(session, run);
        write(file, ExpertMatrix.of(handed, scope(handed), HandoverFormat.EPLB)::writeLoads);
    }

    /**
     * Writes which experts were never activated, layer by layer.
     *
     * @throws GatehouseException like {@link #writeLoads}
     */
    public void writeMask(Path file) {
        ExportedRun handed = ExportedRun.of(session, run);
        write(file, ExpertMatrix.of(handed, scope(handed), HandoverFormat.MASK)::writeMask);
    }

    /**
     * Writes the experts that ESFT fine-tunes for a subject: the smallest set of a layer whose scores reach the share.
     *
     * @param subject may be left out where the run has one
     * @throws GatehouseException like {@link #writeLoads}; INVALID_ARGUMENT if the run lacks answers, whole prompts or
     *     weights; UNKNOWN_SUBJECT if it does not have that subject
     */
    public void writeEsft(Path file, Optional<String> subject, ExpertScore score, double share) {
        ExportedRun handed = ExportedRun.of(session, run);
        write(file, EsftConfig.of(handed, scope(handed), subject, score, share)::write);
    }

    /**
     * Writes experts and weights at the last token of each prompt.
     *
     * @throws GatehouseException like {@link #writeLoads}; INVALID_ARGUMENT if the run knows no weights
     */
    public void writeCommittee(Path file) {
        write(file, CommitteeTable.of(ExportedRun.of(session, run))::write);
    }

    private String scope(ExportedRun handed) {
        return scope.map(Scope::id).orElse(handed.scope());
    }

    private static void write(Path file, Content content) {
        try (Writer out = Files.newBufferedWriter(file)) {
            content.write(out);
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "The run cannot be written to %s: %s".formatted(file, e), e);
        }
    }
}
