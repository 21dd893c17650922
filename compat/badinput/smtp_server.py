"""A mail server for tests: `smtp_server.py MODE PORT [CERTIFICATE KEY]`, MODE one of plain, starttls, smtps.

Where it speaks TLS it wants user `bot` with password `secret-mail`. It prints its port, then each mail as a line of JSON.
"""
import asyncio
import email
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Printer:
    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content)
        text = ''.join(part.get_payload(decode=True).decode() for part in message.walk() if not part.is_multipart())
        say({'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'subject': message['subject'], 'text': text,
             'user': session.auth_data, 'tls': session.ssl is not None or server.transport.get_extra_info('sslcontext') is not None})
        return '250 OK'


def say(value):
    print(json.dumps(value), flush=True)


def authenticate(server, session, envelope, mechanism, data):
    is_right = data.login == b'bot' and data.password == b'secret-mail'
    return AuthResult(success=is_right, handled=False, auth_data='bot' if is_right else None)


def main(mode, port, *files):
    context = None
    if files:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*files)
    options = {'authenticator': authenticate, 'auth_required': mode != 'plain', 'auth_require_tls': mode == 'starttls'}
    if mode == 'starttls':
        options.update(tls_context=context, require_starttls=True)

    async def serve():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Printer(), **options), '127.0.0.1', int(port),
                                          ssl=context if mode == 'smtps' else None)
        say(server.sockets[0].getsockname()[1])
        await server.serve_forever()
    asyncio.run(serve())


main(*sys.argv[1:])
