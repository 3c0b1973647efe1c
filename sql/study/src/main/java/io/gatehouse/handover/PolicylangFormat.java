package io.gatehouse.handover;

import io.gatehouse.client.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * A trace of moe-policylang: a row for each prompt, token and layer. Its {@code router_scores} are the weights; its
 * {@code router_softmax} is written where the run has the whole gate of every token.
 */
final class PolicylangFormat implements HandoverFormat {
    @Override
    public String id() {
        return "policylang";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExportedRun run = handover.exported();
        long decisions;
        long weighed;
        long generated;
        try (Rows counts = run.ask("policylang_counts")) {
            counts.next();
            decisions = ExportedRun.count(counts, 0);
            weighed = ExportedRun.count(counts, 1);
            generated = ExportedRun.count(counts, 2);
        }
        if (decisions == 0) {
            throw run.lacks(this, "has no routing of single tokens");
        }
        if (weighed < decisions) {
            throw run.lacks(this, "has no weights");
        }
        long gates;
        try (Rows counts = run.ask("gates")) {
            counts.next();
            gates = ExportedRun.count(counts, 0);
        }
        run.writeParquet(gates == decisions ? "policylang_gates" : "policylang", file);
        return new Written(
                generated > 0 ? "prompt and generated" : run.scope(),
                run.tokens(run.scope()) + run.tokens("generated"));
    }
}
