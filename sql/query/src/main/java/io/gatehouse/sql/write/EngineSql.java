package io.gatehouse.sql.write;

import java.util.function.LongSupplier;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlDialect;

/** The SQL dialect of an engine, and how algebra with DuckDB's semantics and types is written in it. */
public interface EngineSql {
    /** DuckDB's SQL, whose semantics the others must keep. */
    EngineSql DUCKDB = new DuckDbSql(() -> 0);

    /**
     * DuckDB's SQL for a file that can have long texts.
     *
     * @param longestText the bytes of the longest text that the file has, or more
     */
    static EngineSql duckDb(LongSupplier longestText) {
        return new DuckDbSql(longestText);
    }

    /** The bytes of the longest stored text that statements are written for. If it grows, they are written anew. */
    long longestText();

    /** The engine's display name. */
    String engine();

    /** The dialect in which SQL trees are written. */
    SqlDialect dialect();

    /**
     * Returns algebra that, written in this SQL, means what the given algebra means in DuckDB.
     *
     * @throws io.gatehouse.error.GatehouseException SQL_NOT_SUPPORTED, with the name of what cannot be written
     */
    RelNode adapted(RelNode algebra);

    /**
     * The place of a parameter's value.
     *
     * @param index from 0
     */
    String parameter(int index, RelDataType type);
}
