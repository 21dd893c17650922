"""Whole configurations, and the forms that the manual shows."""

import os
import pathlib
import re
import shutil
import tempfile
import unittest
from unittest import mock

from buildbot import _load

ROOT = pathlib.Path(__file__).parents[2]
ENVIRONMENT = {
    **{name: '7' for name in ('DT_WWW_PORT', 'DT_PB_PORT', 'DT_MSGPACK_PORT', 'DT_SPARE_PORT', 'DT_SMTP_PORT',
                              'BENCH_HTTP_PORT', 'BENCH_PB_PORT', 'BENCH_WORKER_PORT')},
    'DT_WORKER_KIND': 'stock-msgpack', 'DT_REPO': '/repo', 'DT_OUT': '/out', 'DT_SINK': 'http://127.0.0.1:1'}


def load_text(text):
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory) / 'master.cfg'
        file.write_text(text)
        return _load.load(str(file), directory)


class Configurations(unittest.TestCase):
    """Those of the benchmark and of difftest."""

    def test_all(self):
        difftest = ROOT / 'compat/difftest'
        base = (difftest / 'base.cfg').read_text()
        files = [*(ROOT / 'bench/configs').glob('*.cfg'), *(difftest / 'scenarios').glob('*/master.cfg')]
        self.assertGreater(len(files), 15)
        with mock.patch.dict(os.environ, ENVIRONMENT):
            for file in files:
                with tempfile.TemporaryDirectory() as directory:
                    shutil.copytree(file.parent, directory, dirs_exist_ok=True)
                    copied = pathlib.Path(directory, file.name)
                    copied.write_text(file.read_text().replace('#include base\n', base))
                    config, errors, warnings = _load.load(str(copied), directory)
                self.assertEqual((errors, warnings), ([], []), str(file))
                self.assertTrue(config['builders'], str(file))


def pieces(text):
    """The Python in a page whose line breaks inside examples are lost."""
    for line in text.splitlines():
        if not re.match(r"(from buildbot|c\[')", line):
            continue
        # A statement begins where the page had a new line.
        line = re.sub(r" (?=(c\['\w+'\] =|c\['\w+'\]\.|from buildbot|\w+ = status\.))", '\n', line)
        # A comment ends where the closing bracket of its line was.
        yield re.sub(r'# ([^\]]*) \]', r'# \1\n]', line)


#: One of each form that the chapter on workers shows.
FORMS = (
    "from buildbot.plugins import worker\nc['workers'] = [worker.Worker('sun', 'pw1'), worker.Worker('bsd', 'pw2')]",
    "c['workers'] = [worker.Worker('sun', 'pw', properties={'system': 'sunos'})]",
    "c['workers'] = [worker.Worker('quick', 'pw', defaultProperties={'jobs': 8})]",
    "c['workers'] = [worker.Worker('lin', 'pw', max_builds=4)]",
    "c['workers'] = [worker.Worker('lin', 'pw', keepalive_interval=1800)]",
    "c['workers'] = [worker.Worker('lin', 'pw', keepalive_interval=None)]",
    "c['workers'] = [worker.Worker('sun', 'pw', notify_on_missing='ann@example.net')]",
    "c['workers'] = [worker.Worker('sun', 'pw', notify_on_missing=['ann@example.net'], missing_timeout=60)]",
    "from buildbot.plugins import status, worker\n"
    "mail = status.MailNotifier(fromaddr='master@example.net', builders=[], relayhost='mail.example.net')\n"
    "c['reporters'].append(mail)\n"
    "c['workers'] = [worker.Worker('sun', 'pw', notify_on_missing='ann@example.net')]",
    "from buildbot.plugins import worker\nc['workers'] = [worker.LocalWorker('here'), worker.LocalWorker('there')]",
)


class Manual(unittest.TestCase):

    # What a page takes as given.
    CONTEXT = "from buildbot.plugins import worker\nc = BuildmasterConfig = {'reporters': []}\n"

    def check(self, piece):
        config, errors, _ = load_text(self.CONTEXT + piece)
        self.assertEqual(errors, [], piece)
        self.assertTrue(config['workers'], piece)

    def test_every_form_loads(self):
        for piece in FORMS:
            self.check(piece)

    # The manual is not ours to keep here: whoever has its pages names their folder.
    if 'FERROBOT_MANUAL_PAGES' in os.environ:
        def test_every_piece_of_the_pages_loads(self):
            found = [piece for page in pathlib.Path(os.environ['FERROBOT_MANUAL_PAGES']).glob('*.txt')
                     for piece in pieces(page.read_text())]
            self.assertGreater(len(found), 8)
            for piece in found:
                self.check(piece)


class Faults(unittest.TestCase):

    def test_what_is_collected(self):
        text = '''from buildbot import config
from buildbot.plugins import *
c = BuildmasterConfig = {}
config.error('one')
try:
    config.error('two', always_raise=True)
except config.ConfigErrors:
    pass
from buildbot.config.errors import capture_config_errors
with capture_config_errors() as errors:
    config.error('three')
c['title'] = str(errors)
raise config.ConfigErrors(['four', 'five'])
'''
        config, errors, _ = load_text(text)
        self.assertIsNone(config)
        self.assertEqual([(fault['line'], fault['message']) for fault in errors],
                         [(4, 'one'), (13, 'four'), (13, 'five')])

    def test_names_that_a_configuration_has(self):
        config, errors, _ = load_text('''
import os
c = BuildmasterConfig = {'file': __file__, 'basedir': basedir}
import sys
c['path'] = basedir in sys.path
''')
        self.assertEqual(errors, [])
        self.assertEqual(os.path.dirname(config['file']), config['basedir'])
        self.assertTrue(config['path'])
