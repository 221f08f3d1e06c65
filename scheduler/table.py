"""RULES: the one table of what the school calendar sends by itself; a rule is a file and a line here."""

from scheduler.rule import Rule
from scheduler.rules.autumn_start import autumn_start
from scheduler.rules.body_safety import body_safety
from scheduler.rules.bullying import bullying
from scheduler.rules.dragon_boat import dragon_boat
from scheduler.rules.drowning import drowning
from scheduler.rules.exam_calm import exam_calm
from scheduler.rules.family_day import family_day
from scheduler.rules.final_exam import final_exam
from scheduler.rules.fire_119 import fire_119
from scheduler.rules.flood_start import flood_start
from scheduler.rules.flood_weekly import flood_weekly
from scheduler.rules.gaokao import gaokao
from scheduler.rules.mayday import mayday
from scheduler.rules.national_day import national_day
from scheduler.rules.online_fraud import online_fraud
from scheduler.rules.qingming import qingming
from scheduler.rules.safety_day import safety_day
from scheduler.rules.spring_mood import spring_mood
from scheduler.rules.summer_vacation import summer_vacation
from scheduler.rules.term_start import term_start
from scheduler.rules.traffic_122 import traffic_122
from scheduler.rules.winter_co import winter_co
from scheduler.rules.winter_fireworks import winter_fireworks
from scheduler.rules.winter_vacation import winter_vacation
from scheduler.rules.zhongkao import zhongkao

RULES: tuple[Rule, ...] = (
    term_start,
    autumn_start,
    spring_mood,
    safety_day,
    qingming,
    flood_start,
    flood_weekly,
    mayday,
    drowning,
    bullying,
    family_day,
    exam_calm,
    gaokao,
    zhongkao,
    final_exam,
    dragon_boat,
    summer_vacation,
    body_safety,
    online_fraud,
    national_day,
    fire_119,
    traffic_122,
    winter_co,
    winter_vacation,
    winter_fireworks,
)

ON_DEMAND = frozenset({"rainstorm", "heat"})
"""Notices no calendar knows the day of: a person sends them when the weather says so."""
