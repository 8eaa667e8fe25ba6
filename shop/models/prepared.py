"""Subqueries that are built once per process.

The rule of fit is a queryset of many joins and conditions. Building and compiling it costs several times what the
database needs to answer it, and only the company and the day differ from page to page.
"""

import datetime as dt
from functools import lru_cache

from django.db import connection
from django.db.models import Func

# Stand for the real values while the SQL is made; no row has them.
COMPANY, ARTICLE, DAY = -1, -2, dt.date.min
AROUND = "shop_article"


class Prepared(Func):
    """The subquery build() describes, for a company and a day.

    build: a function without arguments that gives a queryset over COMPANY, DAY and perhaps ARTICLE, which becomes the
    expression given. template: what stands around it, such as "array(%s)".
    """

    arity = None

    def __init__(self, *article, build, company, day, template="(%s)", output_field=None):
        super().__init__(*article, output_field=output_field)
        self.build, self.company, self.day, self.around = build, company, day, template

    def as_sql(self, compiler, connection, **context):
        pieces, standing = compiled(self.build)
        sql, params = [pieces[0]], []
        for piece, param in zip(pieces[1:], standing, strict=True):
            if param == ARTICLE and type(param) is int:
                inner, values = compiler.compile(self.source_expressions[0])
                sql += [inner, piece]
                params += values
            else:
                sql += ["%s", piece]
                params.append(self._value(param))
        return self.around.replace("%s", "".join(sql)), params

    def _value(self, param):
        if type(param) is int and param == COMPANY:
            return self.company
        return self.day if param == DAY else param


@lru_cache
def compiled(build):
    """(the pieces of SQL between the parameters, the parameters)."""
    query = build().query
    if AROUND in query.alias_map:
        # Names of its own for its tables: the query around it asks for articles, too.
        query.bump_prefix(query)
    sql, params = query.get_compiler(connection=connection).as_sql()
    pieces = sql.split("%s")
    assert len(pieces) == len(params) + 1, "a per cent sign of the SQL's own"  # noqa: S101
    return pieces, params
