"""Values as they are written."""

import collections
import datetime
import enum
import functools
import pathlib
import random
import re
import unittest
from unittest import mock

from buildbot import _document, _msgpack
from buildbot.process.properties import Properties


class Word(str, enum.Enum):
    ONE = 'one'


class Color(enum.IntEnum):
    RED = 3


def written(value):
    return _msgpack.unpack(_document.write(value))


class Plain(unittest.TestCase):

    def test_numbers_and_texts_of_every_length(self):
        values = [None, True, False, 1.5, '', b'', 'ü☃😀']
        for bits in (0, 5, 7, 8, 15, 16, 31, 32, 62):
            values += [2 ** bits - 1, 2 ** bits, -2 ** bits, -2 ** bits - 1]
        values += [2 ** 63 - 1, -2 ** 63]
        for size in (31, 32, 255, 256, 65535, 65536):
            values += ['x' * size, b'x' * size, [None] * size, {str(number): 1 for number in range(size)}]
        for value in values:
            self.assertEqual(written(value), value)

    def test_random_trees(self):
        chance = random.Random(4)

        def tree(depth):
            kind = chance.randrange(7 if depth else 4)
            if kind == 0:
                return chance.randrange(-2 ** 63, 2 ** 63)
            if kind == 1:
                return ''.join(chance.choices('aü☃$', k=chance.randrange(40)))
            if kind == 2:
                return chance.random()
            if kind == 3:
                return chance.choice([None, True, False, b'\xff\x00'])
            if kind == 4:
                return [tree(depth - 1) for _ in range(chance.randrange(20))]
            return {str(number): tree(depth - 1) for number in range(chance.randrange(2, 20))}
        for _ in range(200):
            value = tree(3)
            self.assertEqual(written(value), value)

    def test_forms(self):
        cases = [
            ((1, 2), {'$tuple': [1, 2]}),
            ({1: 2}, {'$dict': [[1, 2]]}),
            ({'$x': 1}, {'$dict': [['$x', 1]]}),
            ({'$x': 1, 'y': 2}, {'$x': 1, 'y': 2}),
            ({3, 1, 2}, [1, 2, 3]),
            (range(3), [0, 1, 2]),
            ({'a': 1}.keys(), ['a']),
            (collections.OrderedDict(b=1, a=2), {'b': 1, 'a': 2}),
            (2 ** 80, {'$big': str(2 ** 80)}),
            (-2 ** 80, {'$big': str(-2 ** 80)}),
            (Color.RED, 3),
            (Word.ONE, 'one'),
            (pathlib.Path('/a/b'), '/a/b'),
            (datetime.timedelta(days=1), {'$object': {'class': 'datetime.timedelta', 'args': {'seconds': 86400.0}}}),
            (re.compile('a+', re.I), {'$object': {'class': 're.Pattern', 'args': {'pattern': 'a+', 'flags': 34}}}),
            (Properties(a=[1]), {'a': [1]}),
            ('a\udcffb\ud800', 'a?b?'),
        ]
        for value, expected in cases:
            self.assertEqual(written(value), expected)

    def test_text_from_undecodable_bytes(self):
        self.assertEqual(_document.write('a\udcff'), b'\xa2a\xff')

    def test_callables(self):
        def function():
            pass
        for value, name in ((function, 'Plain.test_callables.<locals>.function'), (len, 'len'), (Color, 'Color'),
                            (functools.partial(function, 1), 'Plain.test_callables.<locals>.function'),
                            (self.test_forms, 'Plain.test_forms')):
            found = written(value)['$callable']
            self.assertEqual(found['name'], name)
            self.assertIs(_document.thing(found['handle']), value) if value is not self.test_forms else None
        self.assertEqual(written(function)['$callable']['line'], function.__code__.co_firstlineno)
        self.assertEqual(written(function), written(function))

    def test_anything_else_is_opaque(self):
        class Other:
            def __repr__(self):
                raise RuntimeError('no')
        found = written(Other())['$opaque']
        self.assertIn('no', found['name'])
        self.assertIn('Other', found['name'])

    def test_objects_that_have_every_attribute(self):
        class Settings:
            def __getattr__(self, name):
                return Settings()

            def __call__(self):
                pass

        self.assertEqual(written(Settings())['$callable']['name'], Settings.__qualname__)
        del Settings.__call__
        _document._WRITERS.pop(Settings)
        self.assertIn('Settings', written(Settings())['$opaque']['name'])

    def test_what_contains_itself_is_refused(self):
        value = []
        value.append({'x': value})
        with self.assertRaises(_document.Unwritable):
            _document.write(value)

    def test_what_comes_later_is_not_kept_for_ever(self):
        from buildbot.plugins import util
        _document.write_loaded(lock := util.MasterLock('a'))
        self.assertEqual(list(written(lock)), ['$ref'])

        one = util.Property('x')
        twice = written([one, one])
        self.assertEqual([list(item) for item in twice], [['$object'], ['$ref']])
        # In the next frame the master does not know it any more.
        self.assertEqual(list(written(one)), ['$object'])

        with mock.patch.object(_document, '_LATER_MAX', 10):
            before = len(_document._things)
            first = written(util.Property('y'))['$object']['handle']
            for _ in range(30):
                written(util.Property('z'))
            self.assertLess(len(_document._things), before + 12)
            with self.assertRaises(LookupError):
                _document.thing(first)
        self.assertIs(_document.thing(written(lock)['$ref']), lock)

    def test_unknown_handles(self):
        for handle in (0, -1, 10 ** 9, None, 'x'):
            with self.assertRaises(LookupError):
                _document.thing(handle)
