"""Which encoding a file of names is in: old programs never say.

Without a mark, UTF-8 and UTF-16 tell themselves. Of the one-byte encodings the one is taken in
which most words read as words: letters of one alphabet, capitals where capitals stand.
"""

import codecs
import re

_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_ONE_BYTE = ("cp1251", "cp1252", "koi8-r", "cp866", "mac_cyrillic")  # the likeliest first
_CHUNK = 1024 * 1024
_MOSTLY = 0.01
_LOOKED_AT = 256 * 1024
_WORD = re.compile(rb"[A-Za-z\x80-\xff]{2,40}")
_READS = re.compile("[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+|[А-ЯЁЄІЇҐЎӘҒҚҢӨҰҮҺ]?[а-яёєіїґўәғқңөұүһ]+")
_WEST = re.compile("[A-ZÀ-ÖØ-Þ]?[a-zß-öø-ÿ]+|[A-ZÀ-ÖØ-Þ]+")


def encoding_of(data: bytes) -> str:
    """By the byte order mark, else by what reads best."""
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            return encoding
    if _zeros(data):
        return _utf16(data)
    return "utf-8" if _is_utf8(data) else _one_byte(data)


def _zeros(data: bytes) -> bool:
    sample = data[:4096]
    return sample.count(0) > len(sample) // 5


def _utf16(data: bytes) -> str:
    even, odd = data[:4096:2].count(0), data[1:4096:2].count(0)
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_utf8(data: bytes) -> bool:
    """UTF-8, or UTF-8 that something has broken in a few places."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    broken = beyond = 0
    for start in range(0, len(data), _CHUNK):
        text = decoder.decode(data[start : start + _CHUNK], start + _CHUNK >= len(data))
        broken += text.count("\ufffd")
        beyond += len(text) - len(text.encode("ascii", "ignore"))
    return broken <= beyond * _MOSTLY


def _one_byte(data: bytes) -> str:
    words = {word for word in _WORD.findall(data[:_LOOKED_AT]) if not word.isascii()}
    return max(_ONE_BYTE, key=lambda encoding: sum(_reads(word, encoding) for word in words))


def _reads(word: bytes, encoding: str) -> bool:
    text = word.decode(encoding, "replace")
    if encoding != "cp1252":
        return _READS.fullmatch(text) is not None
    # A western word is of plain letters for the most part; «Àííà» is Анна in another encoding.
    return _WEST.fullmatch(text) is not None and 2 * sum(map(str.isascii, text)) >= len(text)
