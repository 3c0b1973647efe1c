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
    <DESCRIBE> { s = span(); }
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

SqlNode ShowTables() :
{
}
{
    <SHOW> { final Span s = span(); }
    <TABLES> {
        return DialectOperators.SHOW_TABLES.createCall(s.end(this));
    }
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

/** In brackets behind a list: the number of an element, or first:last, of which one may be left out. */
SqlNode Subscript() :
{
    final Span s;
    final SqlNode first;
    SqlNode last = null;
}
{
    <COLON> { s = span(); }
    last = Expression(ExprContext.ACCEPT_SUB_QUERY) {
        return DialectOperators.SLICE_TO.createCall(s.end(this), last);
    }
|
    first = Expression(ExprContext.ACCEPT_SUB_QUERY) { s = span(); }
    [
        <COLON>
        [ last = Expression(ExprContext.ACCEPT_SUB_QUERY) ] {
            return last == null
                ? DialectOperators.SLICE_FROM.createCall(s.end(this), first)
                : DialectOperators.SLICE.createCall(s.end(this), first, last);
        }
    ]
    { return first; }
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
    }
    type = DataType() {
        list.add(new SqlParserUtil.ToTreeListItem(DialectOperators.INFIX_CAST, s.pos()));
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

/** a & b, a | b, a << b, a >> b */
void BitOperation(List<Object> list, ExprContext exprContext, Span s) :
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
