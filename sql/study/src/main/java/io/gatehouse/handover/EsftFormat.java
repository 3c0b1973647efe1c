package io.gatehouse.handover;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** The experts that ESFT fine-tunes for a subject, as its {@code expert_config}. */
final class EsftFormat implements HandoverFormat {
    /** That of the example of ESFT's own script. */
    private static final double SHARE = 0.2;

    @Override
    public String id() {
        return "esft";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN, Choice.SCOPE, Choice.SUBJECT, Choice.SCORE, Choice.TOP_P);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExportedRun run = handover.exported();
        Choices choices = handover.choices();
        String scope = handover.scope(run);
        EsftConfig config = EsftConfig.of(
                run,
                this,
                scope,
                choices.subject(),
                choices.score().orElse(ExpertScore.TOKEN),
                choices.topP().orElse(SHARE));
        TextFile.write(file, config::write);
        return new Written(scope, run.tokens(scope));
    }
}
