// The server-sent events of the master: one connection for all that a page listens to.

export type Key = string[];
type Listener = (key: Key) => void;

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

/** Calls the listener for every event whose key matches the pattern, for example `builds/3/*`. */
export function listen(pattern: string, listener: Listener): void {
  wanted.push({ pattern: pattern.split('/'), listener });
  if (connection) {
    subscribe(connection, pattern);
  } else if (!source) {
    connect();
  }
}

function connect(): void {
  source = new EventSource('/sse/listen');
  source.addEventListener('handshake', (event) => {
    connection = (event as MessageEvent<string>).data;
    for (const { pattern } of wanted) {
      subscribe(connection, pattern.join('/'));
    }
  });
  source.addEventListener('event', (event) => {
    const { key } = JSON.parse((event as MessageEvent<string>).data) as { key: string | Key };
    const words = Array.isArray(key) ? key : key.split(/[./]/);
    for (const { pattern, listener } of wanted) {
      if (matches(words, pattern)) {
        listener(words);
      }
    }
  });
  source.addEventListener('error', () => {
    connection = undefined;
    show('not connected, trying again');
  });
  source.addEventListener('open', () => show('live'));
}

function subscribe(id: string, pattern: string): void {
  void fetch(`/sse/add/${encodeURIComponent(id)}/${pattern}`);
}

function show(state: string): void {
  const place = document.getElementById('live-state');
  if (place) {
    place.textContent = `· ${state}`;
  }
}
