"""`doctor`: looks at everything that can be looked at, and says what to do."""

import click

from bot.doctor.examine import examine
from bot.doctor.finding import Grade
from models.base.texts import say

_COLOURS = {Grade.BAD: "red", Grade.LOOK: "yellow"}


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Do not ask the platform.")
def doctor(offline: bool) -> None:
    """Check everything that can be checked, and say what to do. Exit status 2 where something does not work."""
    grades = []
    for finding in examine(offline=offline):
        click.secho(finding.line(), fg=_COLOURS.get(finding.grade))
        grades.append(finding.grade)
    bad, look = grades.count(Grade.BAD), grades.count(Grade.LOOK)
    click.echo(f"\n{say('doctor.something', bad=bad, look=look) if bad or look else say('doctor.all_well')}")
    if bad:
        raise click.exceptions.Exit(2)
