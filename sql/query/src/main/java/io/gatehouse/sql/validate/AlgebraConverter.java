package io.gatehouse.sql.validate;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql2rel.SqlToRelConverter;

/**
 * Calcite's converter, which here takes columns for the same that differ only in whether they can be NULL. Calcite itself
 * refuses such a statement, though it infers this differently in validation and in conversion: of keys of ROLLUP below a
 * window, and of IGNORE NULLS.
 */
final class AlgebraConverter extends SqlToRelConverter {
    AlgebraConverter(
            RelOptTable.ViewExpander views,
            SqlValidator validator,
            CalciteCatalogReader reader,
            RelOptCluster cluster,
            Config config) {
        super(views, validator, reader, cluster, new Convertlets(), config);
    }

    /** Converts a statement that has been validated. */
    @Override
    public RelRoot convertQuery(SqlNode query, boolean needsValidation, boolean top) {
        RelNode result = convertQueryRecursive(query, top, null).rel;
        RelDataType validated = requireNonNull(validator, "validator is null").getValidatedNodeType(query);
        checkTypes(validated, result.getRowType());
        return RelRoot.of(result, validated, query.getKind());
    }

    private void checkTypes(RelDataType validated, RelDataType converted) {
        List<RelDataTypeField> fields = validated.getFieldList();
        for (int i = 0; i < fields.size(); i++) {
            RelDataType type = converted.getFieldList().get(i).getType();
            if (!SqlTypeUtil.equalSansNullability(typeFactory, fields.get(i).getType(), type)) {
                throw new IllegalStateException(
                        "Conversion changed the type of column %d from %s to %s".formatted(i, fields.get(i), type));
            }
        }
    }
}
