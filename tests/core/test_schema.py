"""Arguments that are right come back plain and new; any other is one line that says what came and what is expected."""

import numpy as np
import pytest

from pnzoo.core import schema
from pnzoo.core.schema import Bool, Either, Float, Int, ListOf, OneOf, Optional, Plain, Record, Text

SCHEMA = {
    "k": Int(1, 1000),
    "gain": Float(),
    "tied": Bool(),
    "activation": OneOf("relu", "tanh", None),
    "filters": ListOf(Int(1, 64), 0, 3),
    "scale": Optional(Float(0, 1)),
    "similarity": Either(OneOf("cosine"), ListOf(OneOf("cosine", "aligned"))),
    "options": Record({"stem": Bool()}, required=("stem",)),
    "note": Text(10),
    "more": Plain(50),
}


@pytest.mark.parametrize(
    "word,value,plain",
    [
        ("k", np.int64(7), 7),
        ("gain", np.float32(0.5), 0.5),
        ("gain", 3, 3.0),
        ("tied", np.True_, True),
        ("activation", None, None),
        ("filters", (1, np.int8(2)), [1, 2]),
        ("filters", np.array([3]), [3]),
        ("scale", None, None),
        ("similarity", ["cosine", "aligned"], ["cosine", "aligned"]),
        ("options", {"stem": True}, {"stem": True}),
        ("more", {"a": [1, (2.5, np.array([1]))]}, {"a": [1, [2.5, [1]]]}),
    ],
)
def test_right_values_come_back_plain(word, value, plain):
    got = schema.check("VIN", SCHEMA, {word: value})[word]
    assert got == plain
    assert type(got) is type(plain)
    assert got is not value or not isinstance(value, list | dict)


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "word,value,message",
    [
        ("k", True, "VIN: k must be a whole number from 1 to 1,000, not True"),
        ("k", 3.0, "whole number"),
        ("k", "3", "whole number"),
        ("k", 10**5000, "whole number from 1 to 1,000"),
        ("k", [1] * 10**6, "not list of 1,000,000 items"),
        ("k", 0, "not 0"),
        ("gain", float("nan"), "finite number"),
        ("gain", 10**400, "finite number"),
        ("gain", "1.0", "finite number"),
        ("gain", 1j, "finite number"),
        ("gain", np.array([1.0, 2.0]), "finite number"),
        ("tied", 1, "true or false"),
        ("activation", "rleu", "did you mean 'relu'"),
        ("activation", {"class_name": "Lambda"}, "one of 'relu'"),
        ("activation", ["relu"], "one of 'relu'"),
        ("filters", "64", "list of 0 to 3 items"),
        ("filters", {"0": 64}, "list of 0 to 3 items"),
        ("filters", [1, 2, 3, 4], "list of 0 to 3 items, not 4"),
        ("filters", [1, "x\n" * 999], r"filters\[1\] must be a whole number"),
        ("scale", 2, "finite number from 0 to 1, not 2"),
        ("similarity", "dot", "one of 'cosine', or a list"),
        ("options", {}, "options has no 'stem'"),
        ("options", {"stem": True, "stam": 1}, "did you mean stem"),
        ("options", [1], "an object"),
        ("note", "x" * 11, "a text of 0 to 10 characters"),
        ("more", nested(50), "nested deeper than 20"),
        ("more", [0] * 51, "more than 50 values"),
        ("more", {1: 2}, "a key that is no text"),
        ("more", float("inf"), "numbers, strings"),
        ("kk", 3, "VIN takes no 'kk'; did you mean k"),
        ("x" * 10**6, 3, r"VIN takes no 'xxx.*\.\.\.; It takes k, gain"),
        (7, 3, "VIN takes no 7"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_wrong_values_are_one_line(word, value, message):
    with pytest.raises(ValueError, match=message) as error:
        schema.check("VIN", SCHEMA, {word: value})
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300
