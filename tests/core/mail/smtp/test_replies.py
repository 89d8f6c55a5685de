"""Whatever a server says, in whichever pieces it comes, is read in one way."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from core.mail.smtp.replies import Garbled, Reply, ReplyReader

WORDS = st.text("OK ok-é.<>", max_size=12).map(str.encode)
LINES = st.builds(
    lambda code, sign, words, end: code + sign + words + end,
    st.sampled_from([b"250", b"220", b"354", b"421", b"550", b"199", b"600", b"2500"]),
    st.sampled_from([b" ", b"-", b""]),
    WORDS,
    st.sampled_from([b"\r\n", b"\n", b"\r"]),
)
STREAMS = st.lists(LINES | st.binary(max_size=20), max_size=12).map(b"".join)
Read = tuple[list[Reply], bool]


def read(pieces: list[bytes]) -> Read:
    """The replies, and whether what came after them was none."""
    reader, replies = ReplyReader(), list[Reply]()
    try:
        for piece in pieces:
            reader.feed(piece)
            while reply := reader.take():
                replies.append(reply)
    except Garbled:
        return replies, True
    return replies, False


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    return [stream[start:end] for start, end in pairwise(edges)]


@given(STREAMS, st.lists(st.integers(0, 300), max_size=40))
@example(b"250-a\r\n250 b\r\n421 c\r\n", list(range(30)))
@example(b"250 ok\r\n" * 3000, [16_384, 16_390])
@example(b"250-more\r\n" * 1638 + b"250 \r\n", [16_380])
@example(b"250-more\r\n" * 1637 + b"250 12345678\r\n", [3])
def test_any_pieces_are_read_as_the_whole(stream: bytes, places: list[int]) -> None:
    assert read(cut(stream, places)) == read([stream])


def test_no_reply_holds_what_a_database_cannot() -> None:
    assert read([b"550 no\0 such\r\n"]) == ([Reply(550, ("no  such",))], False)


@given(STREAMS)
def test_one_byte_at_a_time_is_enough(stream: bytes) -> None:
    assert read([bytes([octet]) for octet in stream]) == read([stream])


@given(st.lists(st.tuples(st.integers(200, 599), st.lists(WORDS, min_size=1, max_size=4))))
def test_what_servers_are_meant_to_say_is_read(said: list[tuple[int, list[bytes]]]) -> None:
    stream = b"".join(
        b"".join(b"%d-%b\r\n" % (code, line) for line in lines[:-1])
        + b"%d %b\r\n" % (code, lines[-1])
        for code, lines in said
    )
    replies, garbled = read([stream])
    assert not garbled
    assert [(reply.code, [line.encode() for line in reply.lines]) for reply in replies] == said


def test_many_replies_at_once_are_no_long_one() -> None:
    replies, garbled = read([b"250 2.0.0 queued\r\n" * 10_000])
    assert (len(replies), garbled) == (10_000, False)


def test_a_reply_without_an_end_is_refused() -> None:
    for endless in (b"2" * 20_000, b"250-x\r\n" * 3000):
        assert read([endless]) == ([], True)
