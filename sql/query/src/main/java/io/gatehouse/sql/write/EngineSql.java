package io.gatehouse.sql.write;

import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlDialect;

/** The SQL that an engine reads, and how algebra in DuckDB's meaning and types is to be said in it. */
public interface EngineSql {
    /** DuckDB's, whose meaning all others have to say. */
    EngineSql DUCKDB = new DuckDbSql();

    /** The engine's name as people write it. */
    String engine();

    /** How trees of SQL are written. */
    SqlDialect dialect();

    /**
     * Algebra that, written in this SQL, means what the given algebra means in DuckDB.
     *
     * @throws io.gatehouse.error.GatehouseException SQL_NOT_SUPPORTED, with the name of what cannot be said
     */
    RelNode adapted(RelNode algebra);

    /**
     * The place of a parameter's value.
     *
     * @param index from 0
     */
    String parameter(int index, RelDataType type);
}
