package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.catalog.Catalogue;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.Formats;
import io.gatehouse.pg.wire.Responses;
import io.gatehouse.server.query.QueryClient;
import io.gatehouse.server.query.ServedSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Begins queries and reads their rows: as messages DataRow, or for whoever writes them in another way. */
final class Execution {
    private final PgSession session;
    private final Function<QueryClient, ServedSession> sessions;
    private final ServedSession limits;
    private final Responses out;
    private final Settings settings;
    private final Transaction transaction;
    private final Work work;

    /**
     * @param sessions makes the session of one query
     * @param limits the session of which the limits are
     */
    Execution(
            PgSession session,
            Function<QueryClient, ServedSession> sessions,
            ServedSession limits,
            Responses out,
            Settings settings,
            Transaction transaction,
            Work work) {
        this.session = requireNonNull(session, "session is null");
        this.sessions = requireNonNull(sessions, "sessions is null");
        this.limits = requireNonNull(limits, "limits is null");
        this.out = requireNonNull(out, "out is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.transaction = requireNonNull(transaction, "transaction is null");
        this.work = requireNonNull(work, "work is null");
    }

    /** The rows of a query's portal, which runs until its first row if it has not begun. */
    ResultRows begin(Portal portal) {
        Optional<ResultRows> open = portal.rows();
        if (open.isPresent()) {
            work.reads(open.orElseThrow());
            return open.orElseThrow();
        }
        transaction.requireNotFailed();
        if (portal.statement().plan() instanceof Prepared.Catalogued catalogued) {
            return evaluate(portal, catalogued);
        }
        Prepared.Engine engine = (Prepared.Engine) portal.statement().plan();
        work.at(engine.text());
        List<@Nullable Object> values = new ArrayList<>();
        engine.spelled()
                .parameters()
                .forEach(number -> values.add(portal.values().get(number - 1)));
        EngineRows rows = new EngineRows(
                session, sessions, new Query(engine.spelled().sql(), values, settings.statementTimeout(), 0));
        portal.begin(rows);
        work.reads(rows);
        try {
            rows.start();
        } catch (RuntimeException e) {
            portal.fail(e);
            throw e;
        }
        return rows;
    }

    private ResultRows evaluate(Portal portal, Prepared.Catalogued catalogued) {
        work.at(catalogued.text());
        Duration limit = settings.statementTimeout().orElse(limits.timeout());
        Catalogue.Evaluation evaluation = catalogued.query().evaluation(portal.values(), limit);
        work.cancelBy(evaluation::cancel);
        ResultRows rows = ResultRows.of(catalogued.query().fields(), evaluation.rows());
        portal.begin(rows);
        return rows;
    }

    /** RowDescription. */
    void describe(ResultRows rows, Formats formats) throws IOException {
        out.rowDescription(rows.fields(), fitting(formats, rows.fields()));
    }

    /** A DataRow for each row that is left, up to a number of rows. Returns how many were sent. */
    long send(Portal portal, Formats formats, long most) throws IOException {
        List<Field> fields = begin(portal).fields();
        Formats fitting = fitting(formats, fields);
        return read(portal, most, rows -> out.dataRow(fields, fitting, rows::value));
    }

    /** Takes the current one of the rows. */
    interface RowReader {
        void read(ResultRows rows) throws IOException;
    }

    /**
     * Reads rows up to a number of them, or to the end. After that the portal is finished, or other queries may run until
     * it is asked for more.
     *
     * @return how many were read
     */
    long read(Portal portal, long most, RowReader reader) throws IOException {
        ResultRows rows = begin(portal);
        long limit = out.written() + limits.resultBytes();
        long count = 0;
        try {
            while (count < most && !portal.isFinished()) {
                if (!rows.next()) {
                    portal.finish();
                    return count;
                }
                reader.read(rows);
                requireRoom(limit);
                count++;
            }
        } catch (RuntimeException e) {
            portal.fail(e);
            throw e;
        }
        if (!portal.isFinished()) {
            rows.pause();
        }
        return count;
    }

    private void requireRoom(long limit) {
        if (out.written() > limit) {
            throw new GatehouseException(
                    ErrorCode.RESULT_TOO_LARGE, "The answer is larger than the limit of the server.");
        }
    }

    /** Formats for as many columns as there are. */
    static Formats fitting(Formats formats, List<Field> fields) {
        if (!formats.fits(fields.size())) {
            throw new PgError(
                    "08P01",
                    "%d formats were given for %d columns."
                            .formatted(formats.codes().size(), fields.size()));
        }
        return formats;
    }
}
