package io.gatehouse.sql.dialect;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.parse.Grammar;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import io.gatehouse.store.schema.DomainFunction;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlShuttle;

/** Expands calls of {@link DomainFunction}s. */
public final class DomainCalls {
    /** A function and its parsed expression. */
    record Definition(DomainFunction function, SqlNode expression) {
        /** Expands a call. An argument is inserted at each use of its name, and is not copied. */
        SqlNode written(SqlCall call, List<SqlNode> arguments) {
            if (arguments.size() != function.arguments().size()) {
                throw StatementErrors.invalid(
                        call,
                        "%s takes %d arguments, not %d."
                                .formatted(
                                        function.signature(),
                                        function.arguments().size(),
                                        arguments.size()));
            }
            Substitution substitution = new Substitution(function, arguments, call.getParserPosition());
            return requireNonNull(expression.accept(substitution), "an expression becomes one");
        }
    }

    private final Map<String, Definition> definitions = new TreeMap<>();

    public DomainCalls() {
        for (DomainFunction function : DomainFunction.all()) {
            definitions.put(function.name(), new Definition(function, parsed(function)));
        }
    }

    private static SqlNode parsed(DomainFunction function) {
        try {
            return SqlParser.create(function.expression(), Grammar.parser()).parseExpression();
        } catch (SqlParseException e) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR,
                    "The function %s cannot be read: %s.".formatted(function.name(), e.getMessage()),
                    e);
        }
    }

    /** Finds the domain function that a call uses. */
    Optional<Definition> find(SqlCall call) {
        return call.getOperator() instanceof SqlUnresolvedFunction function
                ? Optional.ofNullable(definitions.get(function.getName().toLowerCase(Locale.ROOT)))
                : Optional.empty();
    }

    /** Copies an expression with arguments substituted for their names, all at the position of the call. */
    private static final class Substitution extends SqlShuttle {
        private final List<DomainFunction.Argument> parameters;
        private final List<String> names;
        private final List<SqlNode> arguments;
        private final SqlParserPos position;

        private Substitution(DomainFunction function, List<SqlNode> arguments, SqlParserPos position) {
            this.parameters = function.arguments();
            this.names = function.names();
            this.arguments = arguments;
            this.position = position;
        }

        @Override
        public SqlNode visit(SqlIdentifier identifier) {
            int index = names.indexOf(identifier.getSimple());
            SqlTypeName type = switch (parameters.get(index).type()) {
                case DOUBLE -> SqlTypeName.DOUBLE;
                case VARCHAR -> SqlTypeName.VARCHAR;
            };
            return SqlTrees.cast(arguments.get(index), type, position);
        }

        @Override
        public SqlNode visit(SqlLiteral literal) {
            return literal.clone(position);
        }

        @Override
        public SqlNode visit(SqlCall call) {
            SqlNode copy = super.visit(call);
            return copy == null ? call : copy.clone(position);
        }
    }
}
