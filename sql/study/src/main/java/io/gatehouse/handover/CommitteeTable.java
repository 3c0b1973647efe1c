package io.gatehouse.handover;

import io.gatehouse.client.Rows;
import java.io.IOException;
import java.io.Writer;

/**
 * Writes CommitteeAudit's CSV: one row per expert activated at the last token of a prompt, by layer and descending
 * weight.
 */
record CommitteeTable(ExportedRun run) {
    static CommitteeTable of(ExportedRun run, HandoverFormat format) {
        try (Rows counts = run.ask("committee_counts")) {
            counts.next();
            if (ExportedRun.count(counts, 0) == 0) {
                throw run.lacks(format, "recorded no routing at the last token of prompts");
            }
            if (ExportedRun.count(counts, 1) == 0) {
                throw run.lacks(format, "has no weights");
            }
        }
        return new CommitteeTable(run);
    }

    void write(Writer out) throws IOException {
        out.write("layer,domain,expert_idx,expert_weight,topk_rank\n");
        try (Rows rows = run.ask("committee")) {
            while (rows.next()) {
                out.write("%s,%s,%s,%s,%s\n"
                        .formatted(
                                rows.value(0),
                                quoted(ExportedRun.text(rows, 1)),
                                rows.value(2),
                                rows.value(3),
                                rows.value(4)));
            }
        }
    }

    private static String quoted(String field) {
        boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? field : "\"" + field.replace("\"", "\"\"") + "\"";
    }
}
