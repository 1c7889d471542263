"""Rules at the edges of the calendar, for property tests."""

from datetime import datetime

from hypothesis import strategies as st

DAY_PARTS = st.sampled_from(
    ["", ";BYDAY=MO", ";BYDAY=SA,SU", ";BYDAY=MO,WE,FR", ";BYMONTH=2", ";BYMONTH=1,12", ";BYMONTH=2;BYDAY=MO,TU"]
)
MONTH_PARTS = st.sampled_from(
    ["", ";BYMONTHDAY=29", ";BYMONTHDAY=31", ";BYMONTHDAY=-1", ";BYMONTHDAY=1,-1", ";BYMONTHDAY=28,29,30", ";BYDAY=1MO",
     ";BYDAY=-1FR", ";BYDAY=5SU", ";BYDAY=1MO,-1SU", ";BYDAY=FR;BYMONTHDAY=13", ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
     ";BYDAY=SA,SU;BYSETPOS=1,-1", ";BYMONTHDAY=15;BYHOUR=9,14;BYSETPOS=-1"]
)  # fmt: skip
RULES = st.one_of(
    st.builds("FREQ=DAILY;INTERVAL={}{}".format, st.sampled_from([1, 2, 7, 30, 366]), DAY_PARTS),
    st.builds("FREQ=WEEKLY;INTERVAL={}{}".format, st.sampled_from([1, 2, 52, 53]), DAY_PARTS),
    st.builds("FREQ=MONTHLY;INTERVAL={}{}".format, st.sampled_from([1, 3, 5, 12, 13]), MONTH_PARTS),
    st.builds("FREQ=YEARLY;INTERVAL={};BYMONTH=2,12{}".format, st.sampled_from([1, 2, 4]), MONTH_PARTS),
)
EDGES = ["2023-12-31", "2024-01-01", "2024-02-28", "2024-02-29", "2024-03-01", "2025-02-28", "2025-12-29", "2026-01-31"]
STARTS = st.sampled_from(EDGES).map(lambda day: datetime.fromisoformat(f"{day}T09:00"))
