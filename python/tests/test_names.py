"""Everything that can be imported from Buildbot 4.3.0 can be imported here, too."""

import importlib
import json
import pathlib
import unittest

import buildbot.plugins
from buildbot import _document, _modules, _names, _pending, _record, _schema, _signature
from buildbot.plugins import db

REFERENCE = json.loads((pathlib.Path(__file__).parent / 'reference.json').read_text())


class Names(unittest.TestCase):

    def test_every_module_and_every_name(self):
        missing = []
        for module, names in REFERENCE['modules'].items():
            loaded = importlib.import_module(module)
            missing += [f'{module}.{name}' for name in names.split() if not hasattr(loaded, name)]
        self.assertEqual(missing, [])

    def test_modules_without_names(self):
        for module in REFERENCE['empty']:
            importlib.import_module(module)

    def test_every_name_of_the_table_can_be_made(self):
        for module in _names.MODULES:
            loaded = importlib.import_module(module)
            for name in loaded.__all__:
                getattr(loaded, name)

    def test_every_entry_point(self):
        count = 0
        for group, points in REFERENCE['plugins'].items():
            namespace = db.get_plugins(group.partition('.')[2])
            for name, value in points.items():
                module, _, attribute = value.partition(':')
                self.assertIs(namespace.get(name), getattr(importlib.import_module(module), attribute), name)
                count += 1
        self.assertEqual(count, 270)
        self.assertEqual(buildbot.plugins.util.KeyCloakAuth._dotted, 'buildbot.www.oauth2.KeyCloakAuth')

    def test_classes_have_the_path_of_the_reference(self):
        for group, points in REFERENCE['plugins'].items():
            namespace = db.get_plugins(group.partition('.')[2])
            for name, value in points.items():
                found = namespace.get(name)
                if isinstance(found, type) and issubclass(found, _record.Recorded):
                    # The path leads back to the class; some classes have several names.
                    self.assertIs(_modules.resolve(found._dotted), found)
                    self.assertTrue(found._dotted.startswith(value.partition(':')[0]), name)

    def test_namespaces_of_plugins(self):
        self.assertEqual(sorted(buildbot.plugins.__all__), [
            'changes', 'reporters', 'schedulers', 'secrets', 'statistics', 'steps', 'util', 'webhooks', 'worker'])
        self.assertEqual(buildbot.plugins.util.svn.split_file_branches('trunk/a'), (None, 'a'))
        self.assertEqual(dir(buildbot.plugins.util.repo), ['DownloadsFromChangeSource', 'DownloadsFromProperties'])
        with self.assertRaisesRegex(AttributeError, "'Nope' in buildbot.plugins.steps"):
            buildbot.plugins.steps.Nope
        with self.assertRaisesRegex(AttributeError, "'svn.nope'"):
            buildbot.plugins.util.svn.nope
        with self.assertRaises(ImportError):
            from buildbot.plugins import nope  # noqa: F401

    def test_old_names(self):
        from buildbot.plugins import buildslave, status
        from buildbot.status.builder import SUCCESS
        from buildbot.status.mail import MailNotifier
        self.assertIs(status.MailNotifier, MailNotifier)
        self.assertEqual(SUCCESS, 0)
        self.assertEqual(buildslave.BuildSlave('a', 'b').workername, 'a')

    def test_star_imports(self):
        names = {}
        exec('from buildbot.plugins import *\nfrom buildbot.steps.shell import *\nfrom buildbot.util import *', names)
        self.assertIn('ShellCommand', names)
        self.assertIn('naturalSort', names)


class Signatures(unittest.TestCase):

    def test_a_class_is_described_once(self):
        described = set(_schema.CLASSES)
        self.assertEqual(described & {*_pending.SIGNATURES, *_pending.RENDERABLES}, set())
        self.assertLessEqual(set(_pending.NAMES), described)

    def test_every_parameter_is_taken(self):
        wrong = []
        for dotted, (positional, keywords) in REFERENCE['signatures'].items():
            module, _, name = dotted.rpartition('.')
            cls = getattr(importlib.import_module(module), name)
            if not isinstance(cls, type) or not issubclass(cls, _record.Recorded) or cls.__init__ is not _init_of(cls):
                continue
            signature = _signature.of_class(cls)
            if signature is _signature.ANYTHING:
                continue
            lost = set(positional.split() + keywords.split()) - signature.names
            if lost and not signature.open:
                wrong.append(f'{dotted} takes no {sorted(lost)}')
            if list(signature.positional[:len(positional.split())]) != positional.split():
                wrong.append(f'{dotted} has positional {signature.positional}, not {positional}')
        self.assertEqual(wrong, [])

    def test_every_plugin_class_constructs(self):
        for group, points in REFERENCE['plugins'].items():
            for name in points:
                cls = db.get_plugins(group.partition('.')[2]).get(name)
                if isinstance(cls, type) and issubclass(cls, _record.Recorded):
                    signature = _signature.of_class(cls)
                    own = cls.__init__.__code__
                    required = [name for name in signature.positional if name not in signature.defaults]
                    if cls.__init__ is not _init_of(cls):
                        required = own.co_varnames[1:own.co_argcount - len(cls.__init__.__defaults__ or ())]
                    made = cls(*['x'] * len(required))
                    self.assertIn(cls._dotted.encode(), _document.write(made))


def _init_of(cls):
    """The constructor that binds by the signature."""
    from buildbot.util.service import BuildbotService
    return BuildbotService.__init__ if issubclass(cls, BuildbotService) else _record.Recorded.__init__
