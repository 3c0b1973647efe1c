package io.gatehouse.store.note;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.schema.GivenName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** The notes on experts in a file. Each call is a transaction of its own; safe for use by several threads. */
public final class ExpertNotes {
    public static final int MAX_TEXT = 10_000;

    private final OpenDatabase database;

    public ExpertNotes(OpenDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Writes a note on an expert of the model of a run. It is about all runs of the checkpoint, unless only this run is
     * asked for or the checkpoint of the run is not known, as that of imported runs mostly is.
     *
     * @throws GatehouseException INVALID_ARGUMENT if the model has no such expert, or the label or the text is not allowed
     */
    public synchronized ExpertNote add(
            RunSummary run, int layer, int expert, String label, String text, boolean onlyThisRun) {
        requireNonNull(run, "run is null");
        requireAllowed(label, text);
        return database.write(connection -> {
            requireExpert(connection, run, layer, expert);
            return SmallQuery.first(
                            connection,
                            Resources.text(ExpertNotes.class, "add_note.sql"),
                            ExpertNotes::read,
                            run.runId(),
                            layer,
                            expert,
                            label,
                            text,
                            onlyThisRun,
                            now())
                    .orElseThrow();
        });
    }

    /**
     * Replaces the label and the text of a note; returns nothing if there is no note of the number.
     *
     * @throws GatehouseException INVALID_ARGUMENT if the label or the text is not allowed
     */
    public synchronized Optional<ExpertNote> change(int id, String label, String text) {
        requireAllowed(label, text);
        return database.write(connection -> SmallQuery.first(
                connection,
                Resources.text(ExpertNotes.class, "change_note.sql"),
                ExpertNotes::read,
                id,
                label,
                text,
                now()));
    }

    /** Deletes a note; returns whether there was one of the number. */
    public synchronized boolean delete(int id) {
        return database.write(
                connection -> SmallQuery.update(connection, "DELETE FROM notes WHERE note_id = ?", id) > 0);
    }

    private static void requireAllowed(String label, String text) {
        GivenName.checked("The label of a note", label);
        GivenName.checkedText("The text of a note", text, MAX_TEXT);
    }

    private static void requireExpert(Connection connection, RunSummary run, int layer, int expert)
            throws SQLException {
        int experts = SmallQuery.first(
                        connection,
                        "SELECT experts FROM layers WHERE run_id = ? AND layer = ? AND experts IS NOT NULL",
                        row -> row.getInt(1),
                        run.runId(),
                        layer)
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "The model of run \"%s\" has no experts in layer %d.".formatted(run.name(), layer)));
        if (expert < 0 || expert >= experts) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Layer %d of the model of run \"%s\" has experts 0 to %d, not %d."
                            .formatted(layer, run.name(), experts - 1, expert));
        }
    }

    private static ExpertNote read(ResultSet row) throws SQLException {
        return new ExpertNote(
                row.getInt("note_id"),
                row.getInt("layer"),
                row.getInt("expert"),
                row.getString("label"),
                row.getString("text"),
                row.getObject("written_at", LocalDateTime.class).toInstant(ZoneOffset.UTC));
    }

    private static LocalDateTime now() {
        return LocalDateTime.now(ZoneOffset.UTC);
    }
}
