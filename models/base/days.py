"""A day so many days later, in a statement: each database says it in its own way."""

from datetime import date
from typing import Any

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class plus_days(FunctionElement[date]):  # named as a function, for it reads as one
    """`plus_days(day, days)`."""

    type = Date()
    inherit_cache = True


@compiles(plus_days)
def _generic(element: Any, compiler: Any, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({day} + {days})"


@compiles(plus_days, "sqlite")
def _sqlite(element: Any, compiler: Any, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"date({day}, ({days}) || ' days')"
