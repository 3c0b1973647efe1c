package io.gatehouse.sql.function;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlTypeFamily;

/** DuckDB's {@code text COLLATE name}: the same text, compared and sorted by the named collation. */
public final class Collate {
    /** Collations that can be combined with a dot, and those of languages. */
    private static final Set<String> NAMES = Set.copyOf(Arrays.asList(("nocase noaccent nfc binary c posix"
                    + " af am ar ar_sa as az be bg bn bo br bs ca cs cy da de de_at dsb ee el en en_us eo es et fa fi"
                    + " fil fo fr fr_ca fy ga gl gu ha haw he he_il hi hr hsb hu hy id id_id ig is it ja ka kk kl km kn"
                    + " ko kok ku ky lb lkt ln lo lt lv mk ml mn mr ms mt my nb nb_no ne nl nn no nso om or pa pa_in pl"
                    + " ps pt ro ru sa se si sk sl smn sq sr sr_ba sr_me sr_rs st sv sw ta te th tk tn to tr ug uk ur"
                    + " uz vi wae wo xh yi yo zh zh_cn zh_hk zh_mo zh_sg zh_tw zu")
            .split(" ")));

    /** Takes the text and the name of the collation as a text. */
    public static final SqlOperator OPERATOR =
            new SqlBinaryOperator(
                    "COLLATE",
                    SqlKind.OTHER_FUNCTION,
                    92,
                    true,
                    ReturnTypes.ARG0,
                    null,
                    OperandTypes.family(SqlTypeFamily.CHARACTER, SqlTypeFamily.CHARACTER)) {
                @Override
                public void unparse(SqlWriter writer, SqlCall call, int leftPrecedence, int rightPrecedence) {
                    call.operand(0).unparse(writer, leftPrecedence, getLeftPrec());
                    writer.keyword("COLLATE");
                    writer.print(written(((SqlCharStringLiteral) call.operand(1)).getValueAs(String.class)));
                    writer.setNeedWhitespace(true);
                }
            };

    private Collate() {}

    static List<SqlOperator> all() {
        return List.of(OPERATOR);
    }

    /** Whether this is the name of a collation, or several names joined by dots. */
    public static boolean isKnown(String name) {
        return NAMES.containsAll(Arrays.asList(name.toLowerCase(Locale.ROOT).split("\\.", -1)));
    }

    /**
     * Writes known names only, because DuckDB does not take the name as a text; {@code binary} is a keyword of its
     * grammar.
     */
    private static String written(String name) {
        if (!isKnown(name)) {
            throw new IllegalArgumentException("There is no collation '%s'".formatted(name));
        }
        return name.toLowerCase(Locale.ROOT).replace("binary", "c");
    }
}
