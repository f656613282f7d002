from __future__ import annotations

import csv
import io

from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain.errors import Refused
from readers import Limits
from tests.unit.readers.reading import bad, good, read_or_refused

SMALL = Limits(size=10_000, columns=8, rows=50, cell=200, record=2_000)
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"\xfe\xff\x00")
@example(b"\xff\xfen\x00,\x00\x00\xd8")
@example(b'a,b\n"')
@example(b"\r")
@example(b"sep=,")
@example(b"sep=,\n\xff")
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    found = read_or_refused(data, SMALL)

    assert isinstance(found, Refused) or all(row.line >= 1 for row in found)


@given(st.text(st.sampled_from('a1,;\t|"\n\r= é\x85\u2028'), max_size=60), st.sampled_from(["utf-8", "utf-16"]))
def test_no_text_does_more_than_be_refused(text: str, encoding: str) -> None:
    found = read_or_refused(("name,owner\n" + text).encode(encoding), SMALL)

    assert isinstance(found, Refused) or all(row.line >= 2 for row in found)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=20))
def test_every_line_with_data_is_a_row_or_a_rejected_one(table: list[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["name", "owner", "cost"])
    writer.writerows(table)

    rows = read_or_refused(text.getvalue().encode())

    # Cells full of control characters are no text; that refusal has its own test.
    assume(not isinstance(rows, Refused))
    assert isinstance(rows, list)
    filled = [cells for cells in table if any(cell.strip() for cell in cells)]
    assert len(good(rows)) + len(bad(rows)) == len(filled)
    assert len(good(rows)) == sum(1 for cells in filled if cells[0].strip() and not any(map(str.strip, cells[3:])))
