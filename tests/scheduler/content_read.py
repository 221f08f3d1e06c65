"""What every scheduler reads before its first tick, read once for all that are forked after: content, tables, mappers.

What a scheduler knows of the database it finds out by itself, each time it begins anew.
"""

from sqlalchemy.orm import configure_mappers

from models.calendar.files import calendars
from models.messaging.wording.notices import notices
from models.tables import ALL
from scheduler.rules import rules

assert ALL
configure_mappers()
calendars(), notices(), rules()
