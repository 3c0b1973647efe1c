package io.gatehouse.sql.dialect;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlNode;

/** Validates a part of a statement while its forms are replaced, to learn the names and types of its columns. */
public interface PartialValidator {
    /** The columns of a query. */
    RelDataType rowType(SqlNode query, TableCalls calls);

    /** The query with its names resolved. */
    SqlNode validated(SqlNode query, TableCalls calls);
}
