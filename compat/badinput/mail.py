"""Mail about missing workers: how it reaches its server, and what becomes of it when the server does not want it."""
import json
import os
import subprocess
import threading
from pathlib import Path

from .bench import CONFIG, PATIENCE, end, free_port, wait

MAIL = '''
from buildbot.plugins import reporters
c['workers'].append(worker.Worker('absent', 'pass', notify_on_missing=['ops@example.org'], missing_timeout=1))
c['services'] = [reporters.MailNotifier(fromaddr='bot@example.org', relayhost='localhost', **%(smtp)r)]
'''
DEFAULT = '''
c['workers'].append(worker.Worker('absent', 'pass', notify_on_missing='ops@example.org', missing_timeout=1))
'''
LOGIN = {'smtpUser': 'bot', 'smtpPassword': 'secret-mail'}


def servers(bench):
    certificate, key = certify(bench)
    trusting = {'SSL_CERT_FILE': str(certificate)}
    for label, mode, settings in [
        ('no TLS', 'plain', {}),
        ('STARTTLS and a login', 'starttls', {'useTls': True, **LOGIN}),
        ('a login, STARTTLS because the server has it', 'starttls', LOGIN),
        ('SMTPS and a login', 'smtps', {'useSmtps': True, **LOGIN}),
    ]:
        mails = {}
        for name, program in bench.masters:
            server = Server(bench, mode, certificate, key)
            master = bench.master(f'{mode}-{len(settings)}-{name}', config=CONFIG + MAIL, program=program,
                                  smtp={'smtpPort': server.port, **settings})
            master.start(env=trusting)
            mails[name] = server.wait_mail()
            master.stop()
            server.stop()
        text = mails['ours'].pop('text')
        mails['real'].pop('text')
        bench.check(f'{label}: the mail comes as from Buildbot', mails['ours'] == mails['real'], mails)
        bench.check(f'{label}: it says who is missing', 'absent' in text, text)
    refusing(bench, certificate, key, trusting)
    by_default(bench)


def refusing(bench, certificate, key, trusting):
    """A server that does not let us in, one whose certificate nobody knows, and none at all."""
    for label, settings, env, words in [
        ('wrong password', {'useTls': True, 'smtpUser': 'bot', 'smtpPassword': 'wrong'}, trusting, '535'),
        ('unknown certificate', {'useTls': True, **LOGIN}, {}, 'certificate'),
        ('no server', {'smtpPort': free_port()}, {}, 'refused'),
    ]:
        server = Server(bench, 'starttls', certificate, key)
        master = bench.master(label.replace(' ', '-'), config=CONFIG + MAIL, smtp={'smtpPort': server.port, **settings})
        master.start(env=env)
        said = wait('a word about the mail', lambda: [line for line in master.log().splitlines() if 'could not be sent' in line])
        bench.check(f'{label}: one line says it', len(said) == 1 and words in said[0] and 'absent' in said[0], said)
        bench.check(f'{label}: the password is not in it', 'secret-mail' not in master.log())
        master.worker('w2')
        request = master.force('quick')
        bench.check(f'{label}: builds go on', master.wait_done(request)[0]['results'] == 0)
        master.stop()
        server.stop()


def by_default(bench):
    """Without a MailNotifier the mail goes to port 25 of this machine: of a network that has nothing else."""
    master = bench.master('default', config=CONFIG + DEFAULT)
    mails = bench.folder / 'default-mails'
    script = ('ip link set lo up; "$0" "$1" plain 25 > "$2" & server=$!; until [ -s "$2" ]; do sleep 0.1; done; '
              '"$3" start --nodaemon "$4" & master=$!; trap "kill $master" TERM; wait $master; wait $master; kill $server')
    process = bench.spawn('unshare', '-rn', 'sh', '-c', script, bench.smtp_python, SERVER, mails, bench.candidate, master.folder)
    wait('the mail', lambda: mails.exists() and len(mails.read_text().splitlines()) == 2)
    mail = json.loads(mails.read_text().splitlines()[1])
    bench.check('no MailNotifier: the mail goes to this machine', mail['to'] == ['ops@example.org'], mail)
    bench.check('no MailNotifier: the subject is the usual one', mail['subject'] == 'Buildbot Bad input worker absent missing', mail)
    end(process)


SERVER = Path(__file__).parent / 'smtp_server.py'


class Server:
    def __init__(self, bench, mode, certificate, key):
        files = [] if mode == 'plain' else [certificate, key]
        self.process = subprocess.Popen([str(word) for word in (bench.smtp_python, SERVER, mode, 0, *files)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        bench.processes.append(self.process)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError('the mail server does not start; is aiosmtpd installed where --smtp says?')
        self.port, self.mails = json.loads(line), []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.mails.append(json.loads(line))

    def wait_mail(self):
        return wait('the mail', lambda: self.mails and self.mails[0])

    def stop(self):
        self.process.kill()
        self.process.wait()


def certify(bench):
    """A certificate for localhost that vouches for itself."""
    certificate, key = bench.folder / 'certificate.pem', bench.folder / 'key.pem'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=localhost',
                    '-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=critical,CA:FALSE', '-out', certificate, '-keyout', key],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE, env=os.environ)
    return certificate, key
