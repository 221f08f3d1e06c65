"""Visits (走访记录): one message keeps one; corrected and undone by appending, read through a scope."""

from models.care.attachments import MOST_PHOTOS, Attachment, AttachmentKind, AttachmentState, attach, kept_photos
from models.care.visits.coverage import Coverage, cells_of, coverage_of
from models.care.visits.due import Due, due_children, overdue_visits, when_due
from models.care.visits.reading import (
    correctable,
    last_concern,
    reading_scope,
    visit_as_known,
    visits_in_all,
    visits_of,
    visits_this_term,
)
from models.care.visits.recording import (
    add_to_visit,
    correct_visit,
    kept_just_now,
    record_visit,
    undo_visit,
    writing_scope,
)
from models.care.visits.tables import Visit, VisitRevision, VisitWay

__all__ = [
    "MOST_PHOTOS",
    "Attachment",
    "AttachmentKind",
    "AttachmentState",
    "Coverage",
    "Due",
    "Visit",
    "VisitRevision",
    "VisitWay",
    "add_to_visit",
    "attach",
    "cells_of",
    "correct_visit",
    "correctable",
    "coverage_of",
    "due_children",
    "kept_just_now",
    "kept_photos",
    "last_concern",
    "overdue_visits",
    "reading_scope",
    "record_visit",
    "undo_visit",
    "visit_as_known",
    "visits_in_all",
    "visits_of",
    "visits_this_term",
    "when_due",
    "writing_scope",
]
