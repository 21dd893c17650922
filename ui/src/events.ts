// The server-sent events of the master: one connection for all that a page listens to.

export type Key = string[];
type Listener = () => void;

interface Wanted {
  pattern: Key;
  listener: Listener;
}

const wanted: Wanted[] = [];
let source: EventSource | undefined;
let connection: string | undefined;

/** Whether a key matches a pattern, in which `*` stands for one word. */
export function matches(key: Key, pattern: Key): boolean {
  return key.length === pattern.length && pattern.every((word, index) => word === '*' || word === key[index]);
}

/**
 * Calls the listener for every event whose key matches the pattern, for example `builds/3/*`, and whenever events may
 * have been missed: when they begin to come, and when they come again after a gap.
 */
export function listen(pattern: string, listener: Listener): void {
  const added = { pattern: pattern.split('/'), listener };
  wanted.push(added);
  if (connection) {
    subscribe(connection, added);
  } else if (!source) {
    connect();
  }
}

function connect(): void {
  source = new EventSource('/sse/listen');
  source.addEventListener('handshake', (event) => {
    connection = (event as MessageEvent<string>).data;
    for (const each of wanted) {
      subscribe(connection, each);
    }
  });
  source.addEventListener('event', (event) => {
    const { key } = JSON.parse((event as MessageEvent<string>).data) as { key: Key };
    for (const { pattern, listener } of wanted) {
      if (matches(key, pattern)) {
        listener();
      }
    }
  });
  source.addEventListener('error', () => {
    connection = undefined;
    show('not connected, trying again');
  });
  source.addEventListener('open', () => show('live'));
}

function subscribe(id: string, { pattern, listener }: Wanted): void {
  void fetch(`/sse/add/${encodeURIComponent(id)}/${pattern.join('/')}`).then(listener);
}

function show(state: string): void {
  const place = document.getElementById('live-state');
  if (place) {
    place.textContent = `· ${state}`;
  }
}
