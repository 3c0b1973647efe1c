package io.gatehouse.handover;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** Experts and weights at the last prompt token, as CommitteeAudit's CSV. */
final class CommitteeFormat implements HandoverFormat {
    private static final String SCOPE = "last_prompt";

    @Override
    public String id() {
        return "committee";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExportedRun run = handover.exported();
        TextFile.write(file, CommitteeTable.of(run, this)::write);
        return new Written(SCOPE, run.tokens(SCOPE));
    }
}
