"""FLOWS: the one table of intents; its order is priority, and the order of the menu."""

from handlers.everyone.bind import bind, rebind, unbind
from handlers.everyone.consent import consent, withdraw
from handlers.everyone.hello import hello
from handlers.everyone.help import help_flow
from handlers.everyone.human import human_flow, own_question_flow
from handlers.everyone.my_children import my_children
from handlers.everyone.thanks import thanks
from handlers.flow import Flow
from handlers.guardian.acknowledge import acknowledge_by_number, acknowledge_notice, acknowledge_politely
from handlers.guardian.again import lesson_again
from handlers.guardian.check_in import lesson_check_in
from handlers.guardian.finished import lesson_finished
from handlers.guardian.quiz import lesson_quiz
from handlers.guardian.resources import holiday_resources
from handlers.guardian.schedule import change_lesson_time, pause_lessons, resume_lessons
from handlers.questions import pass_on
from handlers.staff.alerts import handle_alert, see_alert
from handlers.staff.announce import announce
from handlers.staff.appoint import appoint_staff
from handlers.staff.approve import approve_notice
from handlers.staff.completion import completion
from handlers.staff.correct import correct_notice
from handlers.staff.drafts import see_draft
from handlers.staff.failures import see_failures
from handlers.staff.hazard import announce_hazard
from handlers.staff.progress import see_calls, see_progress, stop_notice
from handlers.staff.review import review_emergency
from handlers.staff.roster import hand_over, move_child
from handlers.staff.rules import standing_approvals
from handlers.staff.school_calendar import school_calendar
from handlers.staff.set_duty import set_duties
from handlers.staff.tasks import correct_task, do_task
from handlers.staff.to_decide import to_decide
from handlers.teacher.call_list import call_list
from handlers.teacher.correct_visit import correct_visit
from handlers.teacher.log_visit import log_visit
from handlers.teacher.visit_history import visit_history

FLOWS: tuple[Flow, ...] = (
    announce,
    announce_hazard,
    see_draft,
    approve_notice,
    review_emergency,
    see_progress,
    stop_notice,
    correct_notice,
    call_list,
    see_calls,
    see_failures,
    log_visit,
    visit_history,
    correct_visit,
    do_task,
    correct_task,
    completion,
    see_alert,
    handle_alert,
    my_children,
    lesson_check_in,
    acknowledge_by_number,
    acknowledge_notice,
    acknowledge_politely,
    lesson_finished,
    lesson_again,
    lesson_quiz,
    change_lesson_time,
    holiday_resources,
    pause_lessons,
    resume_lessons,
    standing_approvals,
    school_calendar,
    set_duties,
    to_decide,
    move_child,
    hand_over,
    appoint_staff,
    bind,
    rebind,
    unbind,
    consent,
    withdraw,
    human_flow(pass_on),
    own_question_flow(pass_on),
    hello,
    thanks,
    help_flow(lambda: FLOWS),
)
