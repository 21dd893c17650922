// A log that grows: new lines are fetched as the server renders them, and appended.

import { listen } from './events';

/** So many lines stay in the page; older ones are a click away. */
const LINES_MAX = 10_000;

class Log extends HTMLElement {
  private isFetching = false;
  private isStale = false;

  connectedCallback(): void {
    if (this.dataset.complete === 'true' || this.dataset.atEnd === 'false') {
      return;
    }
    const id = this.dataset.log ?? '';
    listen(`logs/${id}/*`, () => void this.grow());
    void this.grow();
  }

  private async grow(): Promise<void> {
    this.isStale = true;
    if (this.isFetching) {
      return;
    }
    this.isFetching = true;
    try {
      while (this.isStale) {
        this.isStale = false;
        await this.fetchMore();
      }
    } finally {
      this.isFetching = false;
    }
  }

  private async fetchMore(): Promise<void> {
    const next = Number(this.dataset.next ?? '0') + 1;
    const response = await fetch(`${location.pathname}?first=${next}`);
    if (!response.ok) {
      return;
    }
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const list = this.querySelector('ol');
    const isAtBottom = window.innerHeight + window.scrollY >= document.body.scrollHeight - 100;
    let added = 0;
    for (const line of page.querySelectorAll('bb-log li')) {
      if (list && !document.getElementById(line.id)) {
        list.append(line);
        this.dataset.next = line.id.slice(1);
        added += 1;
      }
    }
    if (added > 0) {
      document.getElementById('log-empty')?.remove();
      this.isStale = page.querySelector<HTMLElement>('bb-log')?.dataset.atEnd === 'false';
    }
    while (list && list.childElementCount > LINES_MAX) {
      list.firstElementChild?.remove();
    }
    const state = page.getElementById('log-state');
    if (state) {
      document.getElementById('log-state')?.replaceChildren(...state.childNodes);
    }
    if (isAtBottom && added > 0) {
      window.scrollTo(0, document.body.scrollHeight);
    }
  }
}

customElements.define('bb-log', Log);
