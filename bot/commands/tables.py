"""Tables on a terminal: a cell that is too long goes on below, where rich would cut the end of what it says."""

from rich.table import Column, Table


def folding(*headings: str, title: str | None = None, lines: bool = False) -> Table:
    """An empty table with these headings; `lines` stand between rows that may have several lines."""
    columns = (Column(heading, overflow="fold") for heading in headings)
    return Table(*columns, title=title, title_justify="left", show_lines=lines)
