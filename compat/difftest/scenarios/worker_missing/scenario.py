"""Mail about workers that stay away: after the start, after a loss, once each, and none for who comes back in time."""
import signal
import time

WORKERS = ['w1', 'w2']


def setup(ctx):
    pass


def drive(ctx):
    def mails_about(worker, count):
        ctx.smtp.wait(count, 30, lambda mail: worker in mail['headers']['subject'])

    # from the start: one never comes
    mails_about('absent', 1)
    ctx.record_events()
    # a build sends no mail
    ctx.force_builder('b', wait=True)
    # back in time
    ctx.stop_worker('w1', signal.SIGKILL)
    ctx.start_worker('w1')
    # lost: one mail, however long it stays away
    ctx.stop_worker('w1', signal.SIGKILL)
    mails_about('w1', 2)
    ctx.stop_worker('w2', signal.SIGKILL)
    mails_about('w2', 2)
    time.sleep(3)
    # each loss is told
    ctx.start_worker('w2')
    ctx.stop_worker('w2')
    mails_about('w2', 4)
    time.sleep(1)


def normalise(snapshot):
    """The default message has words of its own; what has to be in it is the same."""
    for mail in snapshot['mail']:
        for part in mail['parts']:
            text = part['text'].rstrip()
            if '<TIME>' in text:
                name = mail['headers']['subject'].split()[-2]
                text = [fact for fact in (name, '<TIME>', 'Admin <admin@example.org>') if fact in text]
            part['text'] = text
