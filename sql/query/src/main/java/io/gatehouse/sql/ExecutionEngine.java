package io.gatehouse.sql;

import io.gatehouse.sql.deadline.Deadline;
import io.gatehouse.sql.plan.Plan;
import io.gatehouse.sql.write.EngineSql;
import io.gatehouse.type.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs planned statements in the SQL of one engine. Safe for use by many threads. */
public interface ExecutionEngine extends AutoCloseable {
    /** The SQL that statements are to be written in. */
    EngineSql sql();

    /**
     * Prepares a statement. The engine should report errors now.
     *
     * @param values of the parameters, in the types that the plan says
     * @param maxRows the rows that are wanted; one more is given where there are more. 0 is all
     */
    Execution prepare(Plan plan, List<@Nullable Object> values, long maxRows, Deadline deadline);

    /** The types of the columns of a statement, without running it. */
    List<SqlType> columnTypes(Plan plan, Deadline deadline);

    /** Whether statements compute in this process, and so take its cores and memory from each other. */
    boolean isLocal();

    @Override
    void close();
}
