<#-- What people who know DuckDB type, beyond Calcite's own grammar. -->

/** EXPLAIN [ANALYZE] query. */
SqlNode ExplainStatement() :
{
    final Span s;
    final SqlNode query;
    SqlOperator operator = DialectOperators.EXPLAIN;
}
{
    <EXPLAIN> { s = span(); }
    [ <ANALYZE> { operator = DialectOperators.EXPLAIN_ANALYZE; } | LOOKAHEAD(2) <PLAN> <FOR> ]
    query = OrderedQueryOrExpr(ExprContext.ACCEPT_QUERY) {
        return operator.createCall(s.end(this), query);
    }
}

/** DESCRIBE of a relation, a query or a function. */
SqlNode DescribeStatement() :
{
    final Span s;
    final SqlNode described;
}
{
    ( <DESCRIBE> | <DESC> ) { s = span(); }
    (
        LOOKAHEAD(2)
        <FUNCTION> described = SimpleIdentifier() {
            return DialectOperators.DESCRIBE_FUNCTION.createCall(s.end(this), described);
        }
    |
        described = RelationOrQuery() {
            return DialectOperators.DESCRIBE.createCall(s.end(this), described);
        }
    )
}

/** SUMMARIZE of a relation or a query. */
SqlNode SummarizeStatement() :
{
    final Span s;
    final SqlNode summarized;
}
{
    <SUMMARIZE> { s = span(); }
    summarized = RelationOrQuery() {
        return DialectOperators.SUMMARIZE.createCall(s.end(this), summarized);
    }
}

/** SHOW TABLES, SHOW FUNCTIONS or SHOW EXAMPLES. */
SqlNode ShowStatement() :
{
    final Span s;
}
{
    <SHOW> { s = span(); }
    (
        <TABLES> { return DialectOperators.SHOW_TABLES.createCall(s.end(this)); }
    |
        <FUNCTIONS> { return DialectOperators.SHOW_FUNCTIONS.createCall(s.end(this)); }
    |
        <EXAMPLES> { return DialectOperators.SHOW_EXAMPLES.createCall(s.end(this)); }
    )
}

/** A query, or the name of a relation. */
SqlNode RelationOrQuery() :
{
    final SqlNode e;
    final SqlIdentifier name;
}
{
    LOOKAHEAD(2)
    e = Query(ExprContext.ACCEPT_QUERY) { return OrderByLimitOpt(e); }
|
    name = CompoundIdentifier() { return name; }
}

/** FROM relations [SELECT items] and what follows FROM in any query; without SELECT, all columns. */
SqlNode FromFirst() :
{
    final Span s;
    final SqlNode fromClause;
    final List<SqlLiteral> keywords = new ArrayList<SqlLiteral>();
    final List<SqlNode> items = new ArrayList<SqlNode>();
    final SqlNode where;
    final SqlNodeList groupBy;
    final SqlNode having;
    final SqlNodeList windows;
    final SqlNode qualify;
    SqlNode distinctOn = null;
    SqlLiteral keyword;
}
{
    <FROM> { s = span(); }
    fromClause = FromClause()
    [
        <SELECT>
        [
            LOOKAHEAD(2)
            distinctOn = DistinctOn()
        |
            keyword = AllOrDistinct() { keywords.add(keyword); }
        ]
        AddSelectItem(items)
        ( <COMMA> AddSelectItem(items) )*
    ]
    ( where = Where() | { where = null; } )
    ( groupBy = GroupBy() | { groupBy = null; } )
    ( having = Having() | { having = null; } )
    ( windows = Window() | { windows = null; } )
    ( qualify = Qualify() | { qualify = null; } )
    {
        if (items.isEmpty()) {
            items.add(SqlIdentifier.star(s.pos()));
        }
        return new SqlSelect(s.end(this), new SqlNodeList(keywords, s.pos()),
            new SqlNodeList(items, Span.of(items).pos()),
            fromClause, where, groupBy, having, windows, DialectOperators.qualify(distinctOn, qualify),
            null, null, null, SqlNodeList.EMPTY);
    }
}

SqlNode DistinctOn() :
{
    final Span s;
    final SqlNodeList keys;
}
{
    <DISTINCT> { s = span(); } <ON>
    <LPAREN> keys = ExpressionCommaList(s, ExprContext.ACCEPT_SUB_QUERY) <RPAREN> {
        return DialectOperators.DISTINCT_ON.createCall(s.end(this), keys.getList());
    }
}

/** [1, 2, 3] */
SqlNode ListLiteral() :
{
    final Span s;
    final SqlNodeList items;
}
{
    <LBRACKET> { s = span(); }
    ( items = ExpressionCommaList(s, ExprContext.ACCEPT_SUB_QUERY) | { items = SqlNodeList.EMPTY; } )
    <RBRACKET> {
        return SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(s.end(this), items.getList());
    }
}

/** In brackets behind a list: the number of an element, or first:last or first:last:step, in which each may be left out. */
SqlNode Subscript() :
{
    final Span s;
    SqlNode first;
    SqlNode last = null;
    SqlNode step = null;
}
{
    ( first = Expression(ExprContext.ACCEPT_SUB_QUERY) | { first = null; } ) { s = span(); }
    [
        <COLON>
        [
            LOOKAHEAD(<MINUS> ( <COLON> | <RBRACKET> )) <MINUS>
        |
            last = Expression(ExprContext.ACCEPT_SUB_QUERY)
        ]
        [ <COLON> step = Expression(ExprContext.ACCEPT_SUB_QUERY) ]
        { return DialectOperators.slice(s.end(this), first, last, step); }
    ]
    {
        if (first == null) {
            throw generateParseException();
        }
        return first;
    }
}

/** INTERVAL '3' DAY as the standard's literal; any other number, expression or text as a call. */
SqlNode IntervalValue() :
{
    final Span s;
    final SqlNode text;
    final SqlNode number;
    SqlIntervalQualifier unit;
    int sign = 1;
}
{
    <INTERVAL> { s = span(); }
    (
        [ <MINUS> { sign = -1; } | <PLUS> ]
        text = StringLiteral()
        (
            LOOKAHEAD(2)
            unit = IntervalRange() {
                return DialectOperators.interval(s.end(this), sign, text, unit);
            }
        |
            unit = IntervalUnit() {
                return DialectOperators.interval(s.end(this), sign, text, unit);
            }
        |
            { return DialectOperators.interval(s.end(this), sign, text); }
        )
    |
        (
            <LPAREN> number = Expression(ExprContext.ACCEPT_SUB_QUERY) <RPAREN>
        |
            number = UnsignedNumericLiteral()
        )
        unit = IntervalUnit() {
            return DialectOperators.INTERVAL.createCall(s.end(this), number, unit);
        }
    )
}

/** YEAR TO MONTH, DAY TO SECOND and the like. */
SqlIntervalQualifier IntervalRange() :
{
    final Span s;
    final SqlIntervalQualifier first;
    final SqlIntervalQualifier last;
}
{
    first = IntervalUnit() { s = span(); }
    <TO>
    last = IntervalUnit() {
        return new SqlIntervalQualifier(first.getUnit(), last.getUnit(), s.end(this));
    }
}

SqlIntervalQualifier IntervalUnit() :
{
    final TimeUnit unit;
}
{
    (
        unit = Year()
    |   unit = Quarter()
    |   unit = Month()
    |   unit = Week()
    |   unit = Day()
    |   unit = Hour()
    |   unit = Minute()
    |   unit = Second()
    |   ( <MILLENNIUM> | <MILLENNIA> ) { unit = TimeUnit.MILLENNIUM; }
    |   ( <CENTURY> | <CENTURIES> ) { unit = TimeUnit.CENTURY; }
    |   ( <DECADE> | <DECADES> ) { unit = TimeUnit.DECADE; }
    |   ( <MILLISECOND> | <MILLISECONDS> ) { unit = TimeUnit.MILLISECOND; }
    |   ( <MICROSECOND> | <MICROSECONDS> ) { unit = TimeUnit.MICROSECOND; }
    )
    { return new SqlIntervalQualifier(unit, null, getPos()); }
}

/** unnest(list) as an expression. */
SqlNode UnnestCall() :
{
    final Span s;
    final SqlNode list;
}
{
    <UNNEST> { s = span(); }
    <LPAREN> list = Expression(ExprContext.ACCEPT_SUB_QUERY) <RPAREN> {
        return DialectOperators.UNNEST.createCall(s.end(this), list);
    }
}

/** type 'text', such as TIMESTAMPTZ '2026-01-31', or BIGINT '12'. */
SqlNode TypedLiteral() :
{
    final Span s = Span.of();
    final SqlIdentifier name;
    final SqlTypeNameSpec type;
    final SqlNode text;
}
{
    (
        <IDENTIFIER> {
            s.add(this);
            name = new SqlIdentifier(unquotedIdentifier(), getPos());
            type = new SqlUserDefinedTypeNameSpec(name, getPos());
        }
    |
        LOOKAHEAD(PlainTypeName() <QUOTED_STRING>)
        type = PlainTypeName() { s.add(type.getParserPos()); }
    )
    text = StringLiteral() {
        return DialectOperators.INFIX_CAST.createCall(
            s.end(this), text, new SqlDataTypeSpec(type, type.getParserPos()));
    }
}

SqlTypeNameSpec PlainTypeName() :
{
    final Span s = Span.of();
    final SqlTypeNameSpec type;
}
{
    (
        type = SqlTypeName1(s)
    |
        type = SqlTypeName3(s)
    |
        type = CharacterTypeName(s)
    )
    { return type; }
}

/** The arguments of a function, the first of them DISTINCT, ALL or null, and ORDER BY behind them. */
List<SqlNode> OrderedParameterList(List<SqlNodeList> order) :
{
    final SqlLiteral qualifier;
    final List<SqlNode> list = new ArrayList<SqlNode>();
    final SqlNodeList keys;
}
{
    <LPAREN>
    (
        qualifier = AllOrDistinct() { list.add(qualifier); }
    |
        { list.add(null); }
    )
    (
        LOOKAHEAD({ startsQuery() })
        AddArg0(list, ExprContext.ACCEPT_SUB_QUERY)
    |
        AddArg(list, ExprContext.ACCEPT_SUB_QUERY)
    )
    (
        <COMMA>
        AddArg(list, ExprContext.ACCEPT_SUB_QUERY)
    )*
    [ keys = OrderBy(true) { order.add(keys); } ]
    <RPAREN> { return list; }
}

/** x IN list */
void InList(List<Object> list, ExprContext exprContext) :
{
    SqlBinaryOperator operator = DialectOperators.IN_LIST;
}
{
    { checkNonQueryExpression(exprContext); }
    [ <NOT> { operator = DialectOperators.NOT_IN_LIST; } ]
    <IN> { list.add(new SqlParserUtil.ToTreeListItem(operator, getPos())); }
    AddExpression2b(list, ExprContext.ACCEPT_SUB_QUERY)
}

/** The bound of a frame of rows, values or groups. */
SqlNode WindowBound(boolean groups) :
{
    final SqlNode bound;
}
{
    bound = WindowRange() { return groups ? DialectOperators.groups(bound) : bound; }
}

/** PIVOT (…) and UNPIVOT (…) behind a relation that has no name. */
SqlNode Pivots(SqlNode relation) :
{
    SqlNode e = relation;
}
{
    (
        LOOKAHEAD(2) e = PivotClause(e)
    |
        LOOKAHEAD(2) e = Unpivot(e)
    )*
    { return e; }
}

/** PIVOT (…) and UNPIVOT (…) behind a relation with a name, and a name for what they give. */
SqlNode NamedPivots(SqlNode relation) :
{
    SqlNode e = relation;
    final SqlIdentifier alias;
}
{
    [
        (
            LOOKAHEAD(2) e = PivotClause(e)
        |
            LOOKAHEAD(2) e = Unpivot(e)
        )+
        [
            [ <AS> ] alias = SimpleIdentifier() {
                e = SqlStdOperatorTable.AS.createCall(Span.of(e).end(this), e, alias);
            }
        ]
    ]
    { return e; }
}

/** PIVOT relation ON column IN (values) USING aggregates GROUP BY columns */
SqlNode PivotQuery() :
{
    final Span s;
    final SqlNode relation;
    final List<SqlNode> axes = new ArrayList<SqlNode>();
    final List<SqlNode> aggregates = new ArrayList<SqlNode>();
    SqlNodeList groups = SqlNodeList.EMPTY;
}
{
    <PIVOT> { s = span(); }
    relation = TableRef()
    [ <ON> AddPivotAxis(axes) ( <COMMA> AddPivotAxis(axes) )* ]
    [ <USING> AddPivotAggregate(aggregates) ( <COMMA> AddPivotAggregate(aggregates) )* ]
    [ groups = GroupBy() ]
    {
        return DialectOperators.PIVOT.createCall(s.end(this), relation,
            new SqlNodeList(axes, s.pos()), new SqlNodeList(aggregates, s.pos()), groups);
    }
}

/** PIVOT (aggregates FOR column IN (values) GROUP BY columns) behind a relation */
SqlNode PivotClause(SqlNode relation) :
{
    final Span s;
    final List<SqlNode> axes = new ArrayList<SqlNode>();
    final List<SqlNode> aggregates = new ArrayList<SqlNode>();
    SqlNodeList groups = SqlNodeList.EMPTY;
}
{
    <PIVOT> { s = span(); checkNotJoin(relation); }
    <LPAREN>
    AddPivotAggregate(aggregates) ( <COMMA> AddPivotAggregate(aggregates) )*
    <FOR> ( AddPivotAxis(axes) )+
    [ groups = GroupBy() ]
    <RPAREN> {
        return DialectOperators.PIVOT.createCall(s.end(this), relation,
            new SqlNodeList(axes, s.pos()), new SqlNodeList(aggregates, s.pos()), groups);
    }
}

void AddPivotAggregate(List<SqlNode> list) :
{
    SqlNode e;
    final SqlIdentifier alias;
}
{
    e = NamedFunctionCall()
    [
        [ <AS> ] alias = SimpleIdentifier() {
            e = SqlStdOperatorTable.AS.createCall(Span.of(e).end(this), e, alias);
        }
    ]
    { list.add(e); }
}

/** A column or an expression, and the values of it that become columns; without them it stands for itself. */
void AddPivotAxis(List<SqlNode> list) :
{
    final List<Object> e = new ArrayList<Object>();
    final List<SqlNode> values = new ArrayList<SqlNode>();
    final Span s = span();
}
{
    AddExpression2b(e, ExprContext.ACCEPT_SUB_QUERY)
    (
        <IN> <LPAREN> AddNamedPivotValue(values) ( <COMMA> AddNamedPivotValue(values) )* <RPAREN> {
            list.add(DialectOperators.PIVOT_AXIS.createCall(s.end(this),
                SqlParserUtil.toTree(e), new SqlNodeList(values, s.pos())));
        }
    |
        { list.add(SqlParserUtil.toTree(e)); }
    )
}

void AddNamedPivotValue(List<SqlNode> list) :
{
    SqlNode e;
    final SqlIdentifier alias;
}
{
    e = Expression(ExprContext.ACCEPT_NON_QUERY)
    [
        [ <AS> ] alias = SimpleIdentifier() {
            e = SqlStdOperatorTable.AS.createCall(Span.of(e).end(this), e, alias);
        }
    ]
    { list.add(e); }
}

/** UNPIVOT relation ON columns INTO NAME name VALUE value */
SqlNode UnpivotQuery() :
{
    final Span s;
    final SqlNode relation;
    final List<SqlNode> columns = new ArrayList<SqlNode>();
    boolean nulls = false;
    SqlIdentifier name = null;
    final List<SqlNode> values = new ArrayList<SqlNode>();
    SqlIdentifier value;
}
{
    <UNPIVOT> { s = span(); }
    relation = TableRef()
    [ <INCLUDE> <NULLS> { nulls = true; } ]
    <ON> AddExpression(columns, ExprContext.ACCEPT_SUB_QUERY)
    ( <COMMA> AddExpression(columns, ExprContext.ACCEPT_SUB_QUERY) )*
    [
        <INTO> <NAME> name = SimpleIdentifier()
        <VALUE> value = SimpleIdentifier() { values.add(value); }
        ( <COMMA> value = SimpleIdentifier() { values.add(value); } )*
    ]
    {
        return DialectOperators.UNPIVOT.createCall(s.end(this), relation,
            SqlLiteral.createBoolean(nulls, s.pos()), new SqlNodeList(columns, s.pos()),
            name == null ? new SqlIdentifier("name", s.pos()) : name,
            values.isEmpty()
                ? SqlNodeList.of(new SqlIdentifier("value", s.pos()))
                : new SqlNodeList(values, s.pos()));
    }
}

/** Behind a type: a list of it. */
SqlTypeNameSpec ListTypeName(SqlTypeNameSpec elements) :
{
}
{
    <LBRACKET> <RBRACKET> {
        return new SqlCollectionTypeNameSpec(elements, SqlTypeName.ARRAY, getPos());
    }
}

/** value::type */
void InfixCast(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlDataTypeSpec type;
}
{
    <INFIX_CAST> {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(DialectOperators.INFIX_CAST, getPos()));
    }
    type = DataType() {
        list.add(type);
    }
}

/** a // b */
void IntegerDivision(List<Object> list, ExprContext exprContext, Span s) :
{
}
{
    <INTEGER_DIVIDE> {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(DialectOperators.INTEGER_DIVIDE, getPos()));
    }
    AddExpression2b(list, ExprContext.ACCEPT_SUB_QUERY)
}

/** a ** b, a ^ b */
void PowerOf(List<Object> list, ExprContext exprContext, Span s) :
{
}
{
    ( <POWER_OF> | <CARET> ) {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(DialectOperators.POWER_OF, getPos()));
    }
    AddExpression2b(list, ExprContext.ACCEPT_SUB_QUERY)
}

/** a & b, a | b, a << b, a >> b, a ^@ b, a && b, a @> b, and the reverse of that */
void OtherOperation(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlBinaryOperator operator;
}
{
    (
        <AMPERSAND> { operator = DialectOperators.BIT_AND; }
    |
        <VERTICAL_BAR> { operator = DialectOperators.BIT_OR; }
    |
        <LEFTSHIFT> { operator = DialectOperators.SHIFT_LEFT; }
    |
        <RIGHTSHIFT> { operator = DialectOperators.SHIFT_RIGHT; }
    |
        <STARTS_WITH> { operator = DialectOperators.STARTS_WITH; }
    |
        <OVERLAP> { operator = DialectOperators.OVERLAP; }
    |
        <HAS_ALL> { operator = DialectOperators.HAS_ALL; }
    |
        <IS_WITHIN> { operator = DialectOperators.IS_WITHIN; }
    )
    {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(operator, getPos()));
    }
    AddExpression2b(list, ExprContext.ACCEPT_SUB_QUERY)
}

/** INTERVAL as a type; a unit behind it says nothing. */
SqlTypeNameSpec IntervalTypeName() :
{
    final Span s;
}
{
    <INTERVAL> { s = span(); }
    [ IntervalUnit() ] {
        return new SqlUserDefinedTypeNameSpec(new SqlIdentifier("interval", s.end(this)), s.end(this));
    }
}

/** time AT TIME ZONE zone */
void AtTimeZone(List<Object> list, ExprContext exprContext, Span s) :
{
}
{
    <AT> <TIME> <ZONE> {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(DialectOperators.AT_TIME_ZONE, getPos()));
    }
    AddExpression2b(list, ExprContext.ACCEPT_SUB_QUERY)
}

/** text COLLATE name */
void Collation(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlIdentifier name;
}
{
    <COLLATE> {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(DialectOperators.COLLATE, getPos()));
    }
    name = CompoundIdentifier() {
        list.add(name);
    }
}
