package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Suppliers;
import io.gatehouse.client.Relation;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.text.PgText;
import io.gatehouse.pg.text.PgToken;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.WireType;
import io.gatehouse.sql.parse.Grammar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/** The catalogue of a session: finds the statements that ask it, and answers them. */
public final class Catalogue {
    /** Schemas, types and functions beside those whose names begin with pg_. */
    private static final Set<String> WORDS = Set.of(
            "information_schema",
            "regclass",
            "regtype",
            "regproc",
            "regnamespace",
            "version",
            "current_schema",
            "current_schemas",
            "current_database",
            "current_catalog",
            "current_user",
            "session_user",
            "current_role",
            "current_setting",
            "set_config",
            "format_type",
            "obj_description",
            "col_description",
            "shobj_description",
            "to_regclass",
            "has_table_privilege",
            "has_schema_privilege",
            "has_database_privilege",
            "has_column_privilege",
            "has_any_column_privilege",
            "inet_server_addr",
            "inet_server_port",
            "inet_client_addr",
            "txid_current");

    private final Supplier<Relations> relations;
    private final SessionFacts session;

    /** @param relations of the database; they are read when a statement first asks for them */
    public Catalogue(Supplier<List<Relation>> relations, SessionFacts session) {
        this.session = requireNonNull(session, "session is null");
        this.relations = Suppliers.memoize(
                () -> new Relations(relations.get(), session.database(), session.user(), session.settings()));
    }

    /** A statement of the catalogue. */
    public final class Query {
        private final QueryPlan plan;
        private final List<WireType> parameters;

        private Query(QueryPlan plan, List<WireType> parameters) {
            this.plan = plan;
            this.parameters = parameters;
        }

        public List<WireType> parameters() {
            return parameters;
        }

        public List<Field> fields() {
            return plan.fields();
        }

        /** Begins an evaluation, which another thread may cancel. */
        public Evaluation evaluation(List<? extends @Nullable Object> values, Duration limit) {
            List<@Nullable Object> cast = new ArrayList<>();
            Values casts = new Values(relations.get());
            for (int i = 0; i < parameters.size(); i++) {
                Object value = values.get(i);
                cast.add(casts.cast(
                        value,
                        value instanceof List<?> ? parameters.get(i) : WireType.of(PgType.TEXT),
                        parameters.get(i)));
            }
            return new Evaluation(plan, new Run(cast, limit), casts);
        }
    }

    /** One evaluation of a statement. */
    public static final class Evaluation {
        private final QueryPlan plan;
        private final Run run;
        private final Values values;

        private Evaluation(QueryPlan plan, Run run, Values values) {
            this.plan = plan;
            this.run = run;
            this.values = values;
        }

        public void cancel() {
            run.cancel();
        }

        /** All rows; whole numbers are Long. */
        public List<List<@Nullable Object>> rows() {
            try {
                List<List<@Nullable Object>> rows = new ArrayList<>();
                for (@Nullable Object[] row : plan.rows(run, null)) {
                    List<@Nullable Object> shown = new ArrayList<>();
                    for (int i = 0; i < row.length; i++) {
                        shown.add(shown(row[i], plan.fields().get(i).type()));
                    }
                    rows.add(shown);
                }
                return rows;
            } catch (StackOverflowError e) {
                throw tooDeep(e);
            }
        }

        /** A regclass is sent as a name, or as a number in binary. */
        private @Nullable Object shown(@Nullable Object value, WireType type) {
            boolean named = switch (type.base()) {
                case REGCLASS, REGTYPE, REGPROC, REGNAMESPACE -> !type.array();
                default -> false;
            };
            return named && value instanceof Long oid ? new OidName(oid, values.name(oid, type.base())) : value;
        }
    }

    /**
     * Finds whether a statement asks the catalogue, and binds it; a text that no query can be read from is left to the SQL
     * layer, which says why.
     *
     * @param declared types of the parameters that the client has named
     */
    public Optional<Query> find(PgText text, PgText.Spelled spelled, List<Optional<WireType>> declared) {
        if (text.tokens().stream().noneMatch(Catalogue::isOfCatalogue)) {
            return Optional.empty();
        }
        try {
            SqlNode tree = SqlParser.create(spelled.sql(), Grammar.parser()).parseStmt();
            boolean query = tree.getKind().belongsTo(SqlKind.QUERY) || tree.getKind() == SqlKind.ORDER_BY;
            if (!query || !Names.areOfCatalogue(tree)) {
                return Optional.empty();
            }
            List<Optional<WireType>> types = new ArrayList<>(declared);
            while (types.size() < spelled.parameterCount()) {
                types.add(Optional.empty());
            }
            Parameters parameters = new Parameters(spelled.parameters(), types);
            Relations all = relations.get();
            QueryPlan plan = new QueryBinder(all, new Functions(all, session), parameters).bind(tree, null);
            return Optional.of(new Query(plan, parameters.types()));
        } catch (SqlParseException e) {
            return Optional.empty();
        } catch (StackOverflowError e) {
            throw tooDeep(e);
        }
    }

    private static GatehouseException tooDeep(StackOverflowError e) {
        return new GatehouseException(ErrorCode.SQL_TOO_LARGE, "The query of the catalogue is nested too deeply.", e);
    }

    private static boolean isOfCatalogue(PgToken token) {
        if (token.kind() != PgToken.Kind.WORD && token.kind() != PgToken.Kind.NAME) {
            return false;
        }
        String name = token.value();
        return isWord(name);
    }

    private static boolean isWord(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("pg_") || WORDS.contains(lower) || lower.equals("_pg_expandarray");
    }

    /** What a statement names: relations of the catalogue, other relations, and words that only the catalogue has. */
    private static final class Names extends SqlBasicVisitor<@Nullable Void> {
        private final Set<String> defined = new HashSet<>();
        private final List<SqlIdentifier> relations = new ArrayList<>();
        private boolean words;

        static boolean areOfCatalogue(SqlNode tree) {
            Names names = new Names();
            tree.accept(names);
            List<SqlIdentifier> stored = names.relations.stream()
                    .filter(name -> name.names.size() > 1 || !names.defined.contains(name.getSimple()))
                    .toList();
            boolean listed = stored.stream().anyMatch(Names::isListed);
            return listed || (names.words && stored.isEmpty());
        }

        private static boolean isListed(SqlIdentifier name) {
            int size = name.names.size();
            return size > 1
                    ? Set.of("pg_catalog", "information_schema").contains(name.names.get(size - 2))
                    : Relations.isDeclared("pg_catalog", name.getSimple());
        }

        @Override
        public @Nullable Void visit(SqlCall call) {
            if (call instanceof SqlSelect select && select.getFrom() != null) {
                addRelations(select.getFrom());
            }
            if (call instanceof SqlWithItem item) {
                defined.add(item.name.getSimple());
            }
            if (call.getOperator() instanceof SqlFunction function) {
                SqlIdentifier id = function.getSqlIdentifier();
                words |= isWord(id == null ? function.getName() : id.names.get(id.names.size() - 1));
            }
            // The name that AS gives is nobody's.
            return call.getKind() == SqlKind.AS ? call.operand(0).accept(this) : super.visit(call);
        }

        private void addRelations(SqlNode from) {
            if (from instanceof SqlJoin join) {
                addRelations(join.getLeft());
                addRelations(join.getRight());
            } else if (from.getKind() == SqlKind.AS) {
                addRelations(((SqlCall) from).operand(0));
            } else if (from instanceof SqlIdentifier name) {
                relations.add(name);
            }
        }

        @Override
        public @Nullable Void visit(SqlIdentifier identifier) {
            words |= identifier.isSimple() && isWord(identifier.getSimple());
            return null;
        }

        @Override
        public @Nullable Void visit(SqlDataTypeSpec type) {
            words |= type.getTypeName().names.stream().anyMatch(Catalogue::isWord);
            return null;
        }
    }
}
