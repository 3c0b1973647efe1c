package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.store.run.RunDescription;
import java.io.Serializable;
import java.time.OffsetDateTime;
import java.util.Map;

/**
 * What a machine has to know to compute shards of a run.
 *
 * @param runId number of the run in its directory
 * @param checkpoint directory of the model, which every machine finds under the same name
 * @param request the fields of what was asked for, settled
 * @param conversation whether prompts are what a user says
 * @param begun how the model's answer is begun for it
 * @param date what a chat template is told that it is
 * @param mostChoices the most choices that a question has
 */
public record RunTerms(
        int runId,
        RunDescription description,
        String checkpoint,
        Map<String, Object> request,
        boolean conversation,
        String begun,
        OffsetDateTime date,
        int mostChoices)
        implements Serializable {
    public RunTerms {
        requireNonNull(description, "description is null");
        requireNonNull(checkpoint, "checkpoint is null");
        request = Map.copyOf(request);
        requireNonNull(begun, "begun is null");
        requireNonNull(date, "date is null");
    }
}
