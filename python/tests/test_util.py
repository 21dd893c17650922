"""Functions that configurations call."""

import datetime
import unittest

from buildbot import util
from buildbot.plugins import util as plugins
from buildbot.process import results
from buildbot.util import identifiers


class Util(unittest.TestCase):

    def test_table(self):
        cases = [
            (util.naturalSort(['a10', 'a2', 'b1', '10', '9']), ['9', '10', 'a2', 'a10', 'b1']),
            (util.flatten([1, [2, (3, [4])]]), [1, 2, (3, [4])]),
            (util.flatten((1, (2, [3])), (list, tuple)), [1, 2, 3]),
            (util.flatten(5), 5),
            (list(util.flattened_iterator([1, (2, [3])])), [1, 2, 3]),
            ([util.formatInterval(n) for n in (0, 59, 60, 61, 3600, 3661, 86400)],
             ['0 secs', '59 secs', '60 secs', '1 mins, 1 secs', '60 mins, 0 secs', '1 hrs, 1 mins, 1 secs',
              '24 hrs, 0 secs']),
            ([util.fuzzyInterval(n) for n in (0, 1, 2, 15, 37, 60, 100, 700, 3700, 7300, 90000, 5e6, 1e8)],
             ['a moment', 'a moment', '2 seconds', '15 seconds', '40 seconds', 'a minute', '2 minutes', '12 minutes',
              'an hour', '2 hours', 'a day', '2 months', '3 years']),
            ([util.human_readable_delta(0, n) for n in (1, 61, 3700, 90061)],
             ['1 seconds', '1 minutes, 1 seconds', '1 hours, 1 minutes, 40 seconds',
              '1 days, 1 hours, 1 minutes, 1 seconds']),
            (util.diffSets({1, 2}, {2, 3}), ({1}, {3})),
            (util.safeTranslate('a b/c:ü'), b'a_b_c_\xc3\xbc'),
            ((util.none_or_str(None), util.none_or_str(3)), (None, '3')),
            ((util.bytes2unicode(b'\xc3\xbc'), util.bytes2unicode(None), util.unicode2bytes('ü')), ('ü', None, b'\xc3\xbc')),
            ((util.makeList(None), util.makeList('x'), util.makeList((1, 2))), ([], ['x'], [1, 2])),
            ([util.string2boolean(text) for text in (b'on', b'No', 'TRUE', '0')], [True, False, True, False]),
            (util.stripUrlPassword('http://u:p@h/x'), 'http://u:xxxx@h/x'),
            (util.stripUrlPassword('http://h/x'), 'http://h/x'),
            ((util.join_list(['a', 'b']), util.join_list('a')), ('a b', 'a')),
            ([util.command_to_string(c) for c in (['a'], ['a', 'b'], 'x y z', ['a', ['b', 'c']], [], [b'a\xff'])],
             ["'a'", "'a b'", "'x y ...'", "'a b ...'", None, "'a\ufffd'"]),
            (util.dictionary_merge({'a': {'b': 1}}, {'a': {'c': 2}, 'd': 3}), {'a': {'b': 1, 'c': 2}, 'd': 3}),
            (util.datetime2epoch(util.epoch2datetime(1234567890)), 1234567890),
            ((util.epoch2datetime(None), util.datetime2epoch(None)), (None, None)),
            (util.epoch2datetime(0), datetime.datetime(1970, 1, 1, tzinfo=util.UTC)),
            ((identifiers.forceIdentifier(10, '1a b/ü long'), identifiers.incrementIdentifier(5, 'abcde'),
              identifiers.incrementIdentifier(10, 'abc_9')), ('_a_b___lon', 'abc_2', 'abc_10')),
            ([identifiers.isIdentifier(5, text) for text in ('ab-c', '1ab', '', 'toolong', 3)],
             [True, False, False, False, False]),
            (tuple(util.giturlparse.giturlparse('ssh://git@github.com:22/a/b.git'))
             if hasattr(util.giturlparse, 'giturlparse') else tuple(util.giturlparse('ssh://git@github.com:22/a/b.git')),
             ('ssh', 'git', None, 'github.com', 22, 'a', 'b')),
        ]
        for found, expected in cases:
            self.assertEqual(found, expected)
        with self.assertRaises(KeyError):
            util.string2boolean('perhaps')

    def test_branches_of_subversion(self):
        paths = ('trunk/a/b', 'branches/x/a', 'branches/x', 'trunk', 'tags/a/b', 'proj/trunk/a', 'proj/branches/b/c/d')
        self.assertEqual([plugins.svn.split_file_branches(path) for path in paths],
                         [(None, 'a/b'), ('branches/x', 'a'), None, None, None, None, None])
        self.assertEqual([plugins.svn.split_file_projects_branches(path) for path in paths], [
            None, None, None, None, None, {'project': 'proj', 'path': 'a'},
            {'project': 'proj', 'path': 'c/d', 'branch': 'branches/b'}])
        self.assertEqual(plugins.svn.split_file_alwaystrunk('a'), {'path': 'a'})

    def test_results(self):
        self.assertEqual([results.statusToString(code) for code in (None, 0, 3, 77)],
                         ['not finished', 'success', 'skipped', 'Invalid status'])
        self.assertEqual(results.worst_status(results.SKIPPED, results.SUCCESS), results.SUCCESS)
        self.assertEqual(results.worst_status(results.FAILURE, results.SKIPPED), results.FAILURE)

    def test_comparable(self):
        class Mine(util.ComparableMixin):
            compare_attrs = ('a',)

            def __init__(self, a, b):
                self.a, self.b = a, b
        self.assertEqual(Mine(1, 2), Mine(1, 3))
        self.assertNotEqual(Mine(1, 2), Mine(2, 2))
        self.assertLess(Mine(1, 2), Mine(2, 2))
        self.assertEqual(len({Mine(1, 2), Mine(1, 3)}), 1)
