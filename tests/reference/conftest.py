"""Reports how much the engine and the reference were compared, and every draw near its threshold."""

import pytest

COUNTED = ("values compared", "draws within 1e-6 of their threshold", "differences these explain")


@pytest.fixture
def agrees(record_property):
    """Assert that an agreement holds, and put its counts into the report of the test run."""

    def check(agreement):
        counts = (agreement.values, agreement.draws_near, len(agreement.explained))
        for name, count in zip(COUNTED, counts, strict=True):
            record_property(name, count)
        assert not agreement.differences, str(agreement)
        # a draw comes that near with a chance of two in a million: many would mean that something is amiss
        assert agreement.draws_near < 1e-4 * agreement.values, str(agreement)

    return check


def pytest_terminal_summary(terminalreporter):
    """Add the counts up over all tests."""
    totals = dict.fromkeys(COUNTED, 0)
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name in totals and report.when == "call":
                totals[name] += value
    if totals[COUNTED[0]]:
        terminalreporter.write_line(
            "engine and reference: " + ", ".join(f"{value:,} {name}" for name, value in totals.items())
        )
