"""Administrators of users, as the perspective of `buildbot user`: our master answers as the real one, and keeps the same rows."""
import json
import sqlite3
from pathlib import Path

from .bench import CONFIG, free_port, wait

MANAGERS = '''
c['user_managers'] = [util.CommandlineUserManager(username='admin', passwd='right', port=%(port)s)]
'''
# Operation, name and salted password at Buildbot, identifiers, attributes.
CALLS = [
    ['add', None, None, None, [{'identifier': 'ann', 'git': 'ann <ann@example.org>', 'email': 'ann@example.org'}]],
    ['add', None, None, None, [{'identifier': 'carl', 'svn': 'carl'}, {'identifier': 'dora', 'svn': 'dora', 'hg': 'dora2'}]],
    ['add', None, None, None, [{'identifier': 'carl', 'svn': 'carl'}]],
    ['add', None, None, None, [{'identifier': 'ann', 'cvs': 'another'}]],
    ['get', None, None, ['ann', 'carl', 'dora', 'nobody'], None],
    ['update', None, None, None, [{'identifier': 'carl', 'svn': 'carl2', 'email': 'carl@example.org'}]],
    ['update', 'carlb', 'salted-and-hashed', None, [{'identifier': 'carl'}]],
    ['update', 'annb', 'salted-and-hashed', None, [{'identifier': 'ann', 'email': 'other@example.org'}]],
    ['get', None, None, ['carl', 'ann'], None],
    ['remove', None, None, ['dora', 'nobody'], None],
    ['get', None, None, ['dora'], None],
]
TABLES = ['SELECT uid, identifier, bb_username, bb_password FROM users ORDER BY uid',
          'SELECT uid, attr_type, attr_data FROM users_info ORDER BY uid, attr_type']
SHOW = [['get', None, None, ['x'], None]]
NOBODY = ['user(s) found:\nno match found\n']


def administrators(bench):
    for kind in ['the port of the workers', 'a port of its own']:
        told = {}
        for name, program in bench.masters:
            own = free_port()
            master = bench.master(f'{name}-{kind.split()[0]}', config=CONFIG + MANAGERS, program=program, port='PORT')
            port = master.values['pb'] if 'workers' in kind else own
            master.config_text = master.config_text.replace('port=PORT', f'port="tcp:{port}:interface=127.0.0.1"')
            master.configure()
            master.start()
            told[name] = ask(bench, port, CALLS) + ask(bench, port, CALLS[:1], 'wrong')
            master.stop()
            with sqlite3.connect(master.folder / 'state.sqlite') as database:
                told[name] += [database.execute(table).fetchall() for table in TABLES]
        labels = [*CALLS, 'a wrong password', 'users', 'users_info']
        bench.check(f'{kind}: all is answered', len(told['ours']) == len(labels), told['ours'])
        for call, ours, real in zip(labels, told['ours'], told['real']):
            bench.check(f'{kind}: {call}', ours == real, f'{ours} instead of {real}')
    move(bench)


def ask(bench, port, calls, password='right'):
    status, out = bench.call(Path(__file__).parent / 'user_client.py', port, password, json.dumps(calls),
                             program=bench.reference / 'python')
    return [json.loads(line) for line in out.splitlines() if line[:1] in '"{'] if status == 0 else [out]


def move(bench):
    """A port whose last user goes is closed; one that workers need is not."""
    own = free_port()
    master = bench.master('moving', config=CONFIG + MANAGERS, port=own).start()
    bench.check('it answers at its own port', ask(bench, own, SHOW) == NOBODY)
    text = master.config_text

    def reconfigure(what):
        master.config_text = text.replace(f'port={own})]', what)
        master.configure()
        status, out = bench.call('reconfig', master.folder)
        bench.check('reconfigured', status == 0, out)
    reconfigure(f'port="tcp:{master.values["pb"]}:interface=127.0.0.1")]')
    wait('the port to close', lambda: ask(bench, own, SHOW) == [{'refused': 'ConnectionRefusedError'}])
    bench.check('it answers at the port of the workers', ask(bench, master.values['pb'], SHOW) == NOBODY)
    master.worker('w1', protocol='pb')
    reconfigure(f'port={own})][:0]')
    wait('nobody to be let in', lambda: 'refused' in ask(bench, master.values['pb'], SHOW)[0])
    bench.check('the workers stay', master.connected('w1'))
