"""Does a statement name one owner for every table that holds owners' rows? Read from PostgreSQL's own parse of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pglast import ast, parse_sql
from pglast.enums import BoolExprType
from pglast.visitors import Skip, Visitor


@dataclass
class Level:
    """One query level: its tables by alias, and what is known to be of the one owner."""

    tables: dict[str, str] = field(default_factory=dict)  #: alias to table of owners' rows
    bound: set[str] = field(default_factory=set)
    ctes: set[str] = field(default_factory=set)


class OwnerBound:
    """Finds tables of owners' rows that a statement reads or writes without naming the owner."""

    def __init__(self, tables: set[str], params: Mapping[str, Any]) -> None:
        self.tables = tables
        self.params = params
        self.numbers: list[str] = []
        self.problems: list[str] = []
        self.seen: set[str] = set()
        self.values: set[Any] = set()

    def check(self, query: str) -> "OwnerBound":
        for statement in parse_sql(self._numbered(query)):
            self._query(statement.stmt, Level())
        return self

    def _numbered(self, query: str) -> str:
        """`%(name)s` and `%s` → `$n`."""

        def number(match: re.Match[str]) -> str:
            if match[0] == "%%":
                return "%"
            self.numbers.append(match[1] or str(len(self.numbers)))
            return f"${len(self.numbers)}"

        return re.sub(r"%\((\w+)\)[sbt]|%[sbt]|%%", number, query)

    def _query(self, node: Any, outer: Level) -> None:
        here = Level(bound=set(outer.bound), ctes=set(outer.ctes), tables={})
        if clause := getattr(node, "withClause", None):
            for cte in clause.ctes:
                if clause.recursive:
                    here.ctes.add(cte.ctename)
                self._query(cte.ctequery, Level(bound=here.bound, ctes=here.ctes))
                here.ctes.add(cte.ctename)
        if isinstance(node, ast.SelectStmt) and node.larg is not None:
            self._query(node.larg, here)
            self._query(node.rarg, here)
            return
        conditions: list[Any] = []
        if isinstance(node, ast.UpdateStmt | ast.DeleteStmt):
            self._item(node.relation, here, conditions)
        for name in ("fromClause", "usingClause"):
            for item in getattr(node, name, None) or ():
                self._item(item, here, conditions)
        conditions += list(_conjuncts(getattr(node, "whereClause", None)))
        self._bind(here, conditions)
        self.problems += [
            f"{table} as {alias}" for alias, table in here.tables.items() if alias not in here.bound
        ]
        if isinstance(node, ast.InsertStmt):
            self._insert(node, here)
        self._inside(node, here)

    def _item(self, item: Any, here: Level, conditions: list[Any]) -> None:
        """Note what stands in a FROM."""
        if isinstance(item, ast.RangeVar):
            alias = item.alias.aliasname if item.alias else item.relname
            if item.relname in self.tables and item.relname not in here.ctes:
                here.tables[alias] = item.relname
                here.bound.discard(alias)
                self.seen.add(item.relname)
            else:
                here.bound.add(alias)  # made of what was checked, or of nobody's
        elif isinstance(item, ast.JoinExpr):
            self._item(item.larg, here, conditions)
            self._item(item.rarg, here, conditions)
            conditions += list(_conjuncts(item.quals))
        elif item.alias is not None:
            here.bound.add(item.alias.aliasname)

    def _bind(self, here: Level, conditions: list[Any]) -> None:
        pairs = [pair for each in conditions if (pair := self._equality(each, here)) is not None]
        known = -1
        while known != len(here.bound):
            known = len(here.bound)
            for left, right in pairs:
                if left is True or left in here.bound:
                    here.bound |= {right} - {True}
                if right is True or right in here.bound:
                    here.bound |= {left} - {True}

    def _equality(self, node: Any, here: Level) -> tuple[Any, Any] | None:
        if not (isinstance(node, ast.A_Expr) and node.name and node.name[-1].sval == "=" and node.lexpr):
            return None
        sides = [self._side(side, here) for side in (node.lexpr, node.rexpr)]
        return (sides[0], sides[1]) if None not in sides else None

    def _side(self, node: Any, here: Level) -> Any:
        """True for one value, an alias for its owner_id, else None."""
        if isinstance(node, ast.TypeCast):
            return self._side(node.arg, here)
        if isinstance(node, ast.ParamRef):
            value = self.params.get(self.numbers[node.number - 1])
            self.values.add(value if isinstance(value, UUID) else None)
            return True if isinstance(value, UUID) else None
        if isinstance(node, ast.ColumnRef) and getattr(node.fields[-1], "sval", None) == "owner_id":
            if len(node.fields) > 1:
                return node.fields[-2].sval
            return next(iter(here.tables)) if len(here.tables) == 1 else None
        return None

    def _insert(self, node: Any, here: Level) -> None:
        table = node.relation.relname
        if table not in self.tables:
            return
        self.seen.add(table)
        names = [column.name for column in node.cols or ()]
        select = node.selectStmt
        inner = Level(bound=set(here.bound), ctes=here.ctes)
        for item in select.fromClause or ():
            self._item(item, inner, [])
        rows = select.valuesLists or [[target.val for target in select.targetList or ()]]
        self._bind(inner, list(_conjuncts(select.whereClause)))
        for row in rows:
            side = self._side(row[names.index("owner_id")], inner) if "owner_id" in names else None
            if side is not True and side not in inner.bound:
                self.problems.append(f"insert into {table}")

    def _inside(self, node: Any, here: Level) -> None:
        """Every query within this one, but those of WITH, which were checked."""

        outer = self

        class Queries(Visitor):  # type: ignore[misc]
            def visit_SelectStmt(self, ancestors: Any, found: Any) -> Any:
                if found is node:
                    return None
                outer._query(found, here)
                return Skip

            def visit_WithClause(self, ancestors: Any, found: Any) -> Any:
                return Skip

        Queries()(node)


def _conjuncts(node: Any) -> Iterator[Any]:
    """The conditions that all have to hold."""
    if isinstance(node, ast.BoolExpr) and node.boolop == BoolExprType.AND_EXPR:
        for each in node.args:
            yield from _conjuncts(each)
    elif node is not None:
        yield node
