"""What a process holds that fell asleep in a transaction is freed, also where the server's own timeout does not see it.

`idle_in_transaction_session_timeout` (models/base/store.py) counts only from one answered statement to the next word of
the client. Where the client had begun to speak it counts no more: in the middle of many statements at once, of a long
one, and after many statements at once, for psycopg ends those with a Flush, which is such a word. A process that is
stopped there would keep its rows from everybody else until it wakes. So whoever is awake looks, and ends its session:
of the house's own only, by their name; pg_dump and an operator may think for as long as they like.
"""

import sqlalchemy as sa

from models.base.store import ASLEEP_SECONDS, NAME, Store

_END = sa.text(
    """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND application_name = :name
      AND pid <> pg_backend_pid()
      AND xact_start IS NOT NULL AND wait_event_type = 'Client'
      AND (wait_event = 'ClientRead' OR backend_xid IS NOT NULL)
      AND state_change < clock_timestamp() - :seconds * interval '1 second'
    """
)
"""`Client`: the server waits for it. Who takes long to read an answer keeps nobody waiting that has neither written nor
locked a row, and so has no xid."""


def end_sleepers(store: Store, seconds: float = ASLEEP_SECONDS) -> int:
    """Ends every session whose client has left its transaction for so long; how many. On SQLite there is none: one
    process has the file, and nobody waits for another."""
    if store.on_sqlite:
        return 0
    with store.read() as session:
        ended: int = session.connection().execute(_END, {"name": NAME, "seconds": seconds}).scalar_one()
    return ended
