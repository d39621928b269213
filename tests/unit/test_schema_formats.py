"""Times of day, moments and durations as print has them."""

import pytest
from jsonschema import ValidationError

from server.fields.schema.formats import DURATION, as_duration, as_moment, as_time
from server.fields.schema.validator import make_validator


@pytest.mark.parametrize(
    ("printed", "time"),
    [
        ("14:22", "14:22:00"),
        ("2:05 PM", "14:05:00"),
        ("12:30 am", "00:30:00"),
        ("09:41:07", "09:41:07"),
        ("14h30", "14:30:00"),
        ("14.30 Uhr", "14:30:00"),
        ("下午3点", "15:00:00"),
        ("3时半", "03:30:00"),
        ("9am", "09:00:00"),
        ("08:00 - 17:00", None),
        ("no time", None),
    ],
)
def test_times_of_day(printed, time):
    assert as_time(printed) == time


@pytest.mark.parametrize(
    ("printed", "month_first", "moment"),
    [
        ("05/03/2024 14:22", False, "2024-03-05T14:22:00"),
        ("05/03/2024 2:22 PM", True, "2024-05-03T14:22:00"),
        ("2024-03-05T14:22:09", False, "2024-03-05T14:22:09"),
        ("14:22 on 5 March 2024", False, "2024-03-05T14:22:00"),
        ("5 March 2024", False, None),
        ("14:22", False, None),
        ("05/03/2024 14:22 - 06/03/2024 10:00", False, None),
    ],
)
def test_moments(printed, month_first, moment):
    assert as_moment(printed, month_first=month_first) == moment


@pytest.mark.parametrize(
    ("printed", "duration"),
    [
        ("2 h 30 min", "PT2H30M"),
        ("1:45", "PT1H45M"),
        ("90 minutes", "PT90M"),
        ("3 days", "P3D"),
        ("1 Jahr", "P1Y"),
        ("2小时30分", "PT2H30M"),
        ("2 h 2 h", None),
        ("2 apples", None),
        ("", None),
    ],
)
def test_durations(printed, duration):
    assert as_duration(printed) == duration
    assert duration is None or DURATION.fullmatch(duration)


@pytest.mark.parametrize(
    ("form", "value", "valid"),
    [
        ("date-time", "2024-03-05T14:22:00", True),
        ("date-time", "2024-03-05T14:22:00Z", True),
        ("date-time", "2024-03-05T14:22:00+02:00", True),
        ("date-time", "2024-03-05", False),
        ("date-time", "2024-13-05T14:22:00", False),
        ("time", "14:22", True),
        ("time", "25:00", False),
        ("duration", "P1DT2H", True),
        ("duration", "P", False),
        ("duration", "two hours", False),
    ],
)
def test_formats_are_checked(form, value, valid):
    validator = make_validator({"type": "string", "format": form})
    assert validator.is_valid(value) is valid
    if not valid:
        with pytest.raises(ValidationError):
            validator.validate(value)
