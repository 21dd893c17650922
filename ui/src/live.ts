// Parts of a page that change: the server marks them with `data-live`, an event has the page fetched again, and
// the marked parts are swapped.

import { listen } from './events';

/** Events come in bursts; the page is fetched once for each burst. */
const GATHER_MS = 250;

const stale = new Set<string>();
let timer: number | undefined;
let isFetching = false;

/** Listens for what the parts of this page show. */
export function keepAlive(): void {
  for (const part of document.querySelectorAll<HTMLElement>('[data-live][id]')) {
    for (const path of (part.dataset.live ?? '').split(' ')) {
      listen(path, () => refresh(part.id));
    }
  }
}

function refresh(id: string): void {
  stale.add(id);
  timer ??= window.setTimeout(() => void swapStale(), GATHER_MS);
}

async function swapStale(): Promise<void> {
  timer = undefined;
  if (isFetching) {
    timer = window.setTimeout(() => void swapStale(), GATHER_MS);
    return;
  }
  isFetching = true;
  const ids = [...stale];
  stale.clear();
  try {
    const response = await fetch(location.pathname + location.search, { headers: { Accept: 'text/html' } });
    if (response.ok) {
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      ids.forEach((id) => swap(id, fresh));
    }
  } finally {
    isFetching = false;
  }
}

function swap(id: string, fresh: Document): void {
  const old = document.getElementById(id);
  const part = fresh.getElementById(id);
  if (!old || !part || old.innerHTML === part.innerHTML) {
    return;
  }
  // What somebody is typing into is left alone until they are done.
  const active = document.activeElement;
  if (active && active !== document.body && old.contains(active) && active.matches('input, textarea, select')) {
    active.addEventListener('focusout', () => refresh(id), { once: true });
    return;
  }
  const open = [...old.querySelectorAll('details')].map((details) => details.open);
  old.replaceChildren(...part.childNodes);
  old.querySelectorAll('details').forEach((details, index) => (details.open = open[index] ?? details.open));
}
