"""Malformed requests: status and body as the real master gives them to the same requests."""
import http.client
import json

GETS = '''
nothing
nothing/1
?field=name
builders/
builders/999
builders/nosuch
builders/1/2
builders/1/builds/99
builders?field=nosuch
builders?order=nosuch
builders?order=
builders?nosuch=1
builders?nosuch__eq=1&field=name&order=name
builders?limit=abc
builders?limit=1.5
builders?limit=
builders?offset=x
builders?limit=1&limit=2&field=name&order=name
builders?builderid=notanumber
builders?builderid__gt=0&field=name
builders?field=name&order=-builderid
builds/abc
builds/0
builds/99999999999999999999999
builds?complete=maybe
builds?complete=
builds/1/steps/nosuch
logs/9999
logs/9999/raw
logs/9999/contents
steps/9999
workers/nosuch
changes/99
masters/9
schedulers/99
buildsets/77
buildrequests/1/nothing
%00
builders/%2e%2e
'''.split('\n')[1:-1]
CALL = {'jsonrpc': '2.0', 'id': 1, 'method': 'force', 'params': {'builderid': '1'}}
POSTS = [
    ('nothing', CALL),
    ('forceschedulers/nosuch', CALL),
    ('forceschedulers/force', {**CALL, 'method': 'nosuch'}),
    ('forceschedulers/force', {**CALL, 'method': 7}),
    ('forceschedulers/force', {**CALL, 'params': []}),
    ('forceschedulers/force', {**CALL, 'params': {'builderid': 'x'}}),
    ('forceschedulers/force', {**CALL, 'params': {'builderid': 77}}),
    ('forceschedulers/force', {**CALL, 'jsonrpc': '1.0'}),
    ('forceschedulers/force', {**CALL, 'id': {}}),
    ('forceschedulers/force', {'id': 1}),
    ('forceschedulers/force', []),
    ('forceschedulers/force', 7),
    ('forceschedulers/force', None),
    ('forceschedulers/force', b''),
    ('forceschedulers/force', b'{'),
    ('forceschedulers/force', b'\xff\xfe'),
    ('builds/999', {**CALL, 'method': 'stop', 'params': {}}),
    ('builds/999', {**CALL, 'method': 'rebuild', 'params': {}}),
    ('buildrequests/999', {**CALL, 'method': 'cancel', 'params': {}}),
    ('workers/nosuch', {**CALL, 'method': 'pause', 'params': {}}),
]
HOOKS = [
    ('base', 'files=%7Bnot'),
    ('base', 'when=yesterday'),
    ('base', 'properties=%5B1'),
    ('nosuch', 'author=x'),
    ('github', 'author=x'),
]


def requests(bench):
    ours = bench.master('ours').start()
    real = bench.master('real', program=bench.reference / 'buildbot').start()
    for path in GETS:
        compare(bench, ours, real, f'GET {path}', 'GET', f'/api/v2/{path}')
    for path, body in POSTS:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        compare(bench, ours, real, f'POST {path} {data!r}', 'POST', f'/api/v2/{path}', data, 'application/json')
    compare(bench, ours, real, 'POST of another kind', 'POST', '/api/v2/builds/1', b'{}', 'text/plain')
    for dialect, form in HOOKS:
        compare(bench, ours, real, f'hook {dialect} {form}', 'POST', f'/change_hook/{dialect}', form.encode(),
                'application/x-www-form-urlencoded')
    for method in ('PUT', 'DELETE', 'PATCH', 'BREW'):
        answer = ask(ours, method, '/api/v2/builders')
        bench.check(f'{method}: refused', answer[0] in (400, 405, 501), answer)
    bench.check('nothing has been built', ours.get('buildrequests')['buildrequests'] == [])
    bench.check('the master lives', ours.alive())


def compare(bench, ours, real, label, *request):
    got, wanted = ask(ours, *request), ask(real, *request)
    # Where the real master fails itself, ours has to say better what is wrong.
    if wanted[0] == 500:
        bench.check(label, got[0] in (400, 404, 500) and 'error' in got[1].lower(), f'{got}, real {wanted}')
    else:
        bench.check(label, got == wanted, f'{got}, not {wanted}')


def ask(master, method, path, body=None, kind=None):
    connection = http.client.HTTPConnection('127.0.0.1', master.values['www'], timeout=30)
    connection.request(method, path, body, {'Content-Type': kind} if kind else {})
    answer = connection.getresponse()
    text = answer.read().decode(errors='replace').split(' in <')[0].split(' from <')[0]
    connection.close()
    return answer.status, text.replace(str(master.values['www']), 'PORT')
