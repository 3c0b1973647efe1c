package io.gatehouse.sql.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** What expressions of all kinds are put together from: forms, and operands in the types that they need. */
final class SparkForms {
    /** In parts: the smallest sum or quotient has three. */
    private static final int LONG = 12;

    private final RexBuilder rex;
    private final Casts casts;

    SparkForms(RexBuilder rex) {
        this.rex = rex;
        this.casts = new Casts(rex);
    }

    /** An expression by a form. Operands that are long and would stand in it more than once are given names first. */
    RexNode form(RelDataType type, String template, List<? extends RexNode> operands) {
        boolean grows = false;
        for (int i = 0; i < operands.size(); i++) {
            String place = "{%d}".formatted(i);
            grows |= operands.get(i).nodeCount() > LONG && template.indexOf(place) != template.lastIndexOf(place);
        }
        return SparkFunction.call(rex, type, grows ? named(template, operands.size()) : template, operands);
    }

    /** The form of a struct that has the operands: what a view puts into one another would double with each level. */
    private static String named(String template, int operands) {
        StringBuilder struct = new StringBuilder();
        String form = template;
        for (int i = 0; i < operands; i++) {
            struct.append(i == 0 ? "" : ", ").append("'a%1$d', {%1$d}".formatted(i));
            form = form.replace("{%d}".formatted(i), "named.a%d".formatted(i));
        }
        return "element_at(transform(array(named_struct(%s)), named -> %s), 1)".formatted(struct, form);
    }

    /** A value in another type, as DuckDB casts. */
    RexNode cast(RexNode value, RelDataType type) {
        return casts.cast(value, type);
    }

    /** NULL where that cannot be. */
    RexNode attempt(RexNode value, RelDataType type) {
        return casts.attempt(value, type);
    }

    /** A type that may be NULL. */
    RelDataType type(SqlTypeName name) {
        return rex.getTypeFactory()
                .createTypeWithNullability(rex.getTypeFactory().createSqlType(name), true);
    }

    RexNode literal(String text) {
        return rex.makeLiteral(text);
    }

    /** The operands of a comparison: a FLOAT beside a DECIMAL is compared as a FLOAT. */
    List<RexNode> comparable(List<RexNode> operands) {
        List<RelDataType> types = operands.stream().map(RexNode::getType).toList();
        boolean numbers = types.stream().allMatch(SqlTypeUtil::isNumeric);
        boolean inexact = types.stream().anyMatch(type -> SqlTypeFamily.APPROXIMATE_NUMERIC.contains(type));
        RelDataType common = numbers && inexact ? rex.getTypeFactory().leastRestrictive(types) : null;
        return common == null ? operands : alike(operands, common);
    }

    List<RexNode> alike(List<RexNode> operands, RelDataType type) {
        List<RexNode> alike = new ArrayList<>();
        operands.forEach(operand -> alike.add(in(operand, type)));
        return alike;
    }

    /** A value in a type, which it may have already. */
    RexNode in(RexNode operand, RelDataType type) {
        boolean same = SparkTypes.of(operand.getType()).equals(SparkTypes.of(type))
                || operand.getType().getSqlTypeName() == SqlTypeName.NULL
                || type.getSqlTypeName() == SqlTypeName.NULL;
        return same ? operand : casts.cast(operand, type);
    }

    List<RexNode> texts(List<RexNode> operands) {
        List<RexNode> texts = new ArrayList<>();
        operands.forEach(operand -> texts.add(text(operand)));
        return texts;
    }

    RexNode text(RexNode operand) {
        RelDataType type = operand.getType();
        return SqlTypeUtil.isCharacter(type) || SparkAlgebra.isList(type) || type.getSqlTypeName() == SqlTypeName.NULL
                ? operand
                : casts.cast(operand, type(SqlTypeName.VARCHAR));
    }
}
