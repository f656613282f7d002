from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.event import LiveText
from streams.transcript import LONGEST, WRITERS, Place, TextMessage, Transcripts, units

AT = "2026-11-21T12:00:00+00:00"
FIRST = TextMessage("F", "architect", "take-1", 0, "", AT, whole=True)


def unread(transcripts: Transcripts, places: dict[str, Place]) -> list[LiveText]:
    return list(transcripts.unread("E", "F", places))


def put_together(whole: str, texts: list[LiveText]) -> str:
    data = whole.encode("utf-16-le")
    for text in texts:
        data = data[: 2 * text.offset] + text.text.encode("utf-16-le")
    return data.decode("utf-16-le")


PIECES = st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=12)


@given(PIECES, st.data())
def test_a_reader_that_missed_pieces_has_the_exact_text_after_the_next_whole_one(
    pieces: list[str], data: st.DataObject
) -> None:
    transcripts, places, heard, written = Transcripts(), dict[str, Place](), "", ""
    transcripts.add(FIRST, 0)
    for piece in pieces:
        message = replace(FIRST, offset=units(written), text=piece, whole=False)
        written += piece
        if data.draw(st.booleans()):
            transcripts.add(message, 0)
        if data.draw(st.booleans()):
            heard = put_together(heard, unread(transcripts, places))
        assert written.startswith(heard)

    transcripts.add(replace(FIRST, text=written, done=True), 0)
    last = unread(transcripts, places)

    assert put_together(heard, last) == written
    assert [text.done for text in last] == [True]
    assert unread(transcripts, places) == []


def test_a_piece_is_not_taken_twice() -> None:
    transcripts = Transcripts()
    piece = replace(FIRST, text="ab", whole=False)
    transcripts.add(FIRST, 0)

    assert transcripts.add(piece, 0) is True
    assert transcripts.add(piece, 0) is False
    assert [text.text for text in unread(transcripts, {})] == ["ab"]


def test_an_older_whole_does_not_take_back_what_was_heard() -> None:
    transcripts = Transcripts()
    transcripts.add(replace(FIRST, text="abcd"), 0)

    assert transcripts.add(replace(FIRST, text="ab"), 0) is False


def test_a_take_that_begins_before_we_listened_waits_for_its_whole() -> None:
    transcripts = Transcripts()

    assert transcripts.add(replace(FIRST, offset=7, text="x", whole=False), 0) is False
    assert unread(transcripts, {}) == []


def test_a_later_take_replaces_an_earlier_one_and_never_the_other_way_round() -> None:
    transcripts, places = Transcripts(), dict[str, Place]()
    transcripts.add(replace(FIRST, text="first try"), 0)
    unread(transcripts, places)

    transcripts.add(replace(FIRST, take="take-2", text="second"), 0)
    frozen_worker_wakes = transcripts.add(replace(FIRST, text="first try goes on"), 0)

    assert frozen_worker_wakes is False
    assert [(text.offset, text.text) for text in unread(transcripts, places)] == [(0, "second")]


def test_offsets_count_as_javascript_does() -> None:
    transcripts, places = Transcripts(), dict[str, Place]()
    transcripts.add(replace(FIRST, text="a\U0001f680"), 0)
    unread(transcripts, places)
    transcripts.add(replace(FIRST, offset=3, text="b", whole=False), 0)

    assert [(text.offset, text.text) for text in unread(transcripts, places)] == [(3, "b")]


def test_a_finished_text_is_kept_for_those_who_have_not_read_its_end_and_then_forgotten() -> None:
    transcripts, places = Transcripts(), dict[str, Place]()
    transcripts.add(replace(FIRST, text="x", done=True), 100.0)
    transcripts.add(replace(FIRST, writer="other", text="y"), 100.0)

    transcripts.sweep(104.0)
    assert {text.text for text in unread(transcripts, places)} == {"x", "y"}
    transcripts.sweep(106.0)
    assert [text.text for text in unread(transcripts, {})] == ["y"]
    transcripts.sweep(221.0)
    assert unread(transcripts, places) == []
    assert places == {}


def test_what_writers_can_fill_is_bounded() -> None:
    transcripts = Transcripts()
    for number in range(WRITERS + 5):
        transcripts.add(replace(FIRST, writer=str(number), text="x"), 0)
    transcripts.add(replace(FIRST, writer="long", text="x" * LONGEST), 0)

    assert transcripts.add(replace(FIRST, writer="long", offset=LONGEST, text="y", whole=False), 0) is False
    assert len(unread(transcripts, {})) == WRITERS


@given(st.text())
def test_what_is_no_message_is_none(data: str) -> None:
    assert TextMessage.loads(data) is None


def test_a_message_is_read_as_it_was_written() -> None:
    message = replace(FIRST, offset=3, text="ä\U0001f680\ud83d", done=True)

    assert TextMessage.loads(message.dumps()) == message
