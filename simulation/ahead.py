"""Memory asked for ahead: what comes next arrives while the month of those before is made.

Out of the cache an enterprise's record and its roster come from memory, and a month that waits for each of
their lines in turn takes a sixth longer. Nothing is changed by asking.
"""

from simulation.compile import submodel
from simulation.instructions import fetch
from simulation.seats import OCTET
from simulation.state import EVERY_MONTH

LINE = 64
"""Bytes that memory hands over at once."""
RECORD_AHEAD, FIRST_LINE_AHEAD = 8, 16
"""Enterprises until the turn of the one whose record is asked for, and of the one whose first line is."""
MOST_LINES = 12
"""Lines of a roster that are asked for; by then the machine has seen where it goes."""
OCTET_BYTES = OCTET.itemsize


@submodel
def fetch_records(enterprises, e):
    """Ask for the first line of a record well after ``e``, and for all of a nearer one if that is alive."""
    last = len(enterprises) - 1
    fetch(enterprises[min(last, e + FIRST_LINE_AHEAD)], 0)
    later = enterprises[min(last, e + RECORD_AHEAD)]
    if later.alive:
        for byte in range(LINE, EVERY_MONTH + LINE, LINE):
            fetch(later, min(byte, EVERY_MONTH - 1))


@submodel
def fetch_roster(octets, first, number):
    """Ask for the ``number`` octets from ``first`` on."""
    for line in range(min(MOST_LINES, (OCTET_BYTES * number + LINE - 1) // LINE)):
        fetch(octets[first], LINE * line)
