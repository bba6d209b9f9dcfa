// The history: a grid that fetches more as one scrolls. Dispatches `more` when it has grown.

import {getHistory} from '/assets/api.js';
import {byId, el} from '/assets/dom.js';
import {STATUS_WORDS, inOneLine} from '/assets/messages.js';
import {pictureName} from '/assets/result_view.js';

const PAGE = 24;
// Fetch before the end comes into sight.
const AHEAD = '600px';

export class Gallery extends EventTarget {
  records = [];  // newest first
  #grid = byId('grid');
  #more = byId('more');
  #note = byId('history-note');
  #onOpen;
  #observer;
  #cursor = null;
  #loading = null;
  #failed = false;

  // `onOpen(record)` when a tile is chosen.
  constructor(onOpen) {
    super();
    this.#onOpen = onOpen;
    this.#more.addEventListener('click', () => this.loadMore());
    this.#observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting) && this.#cursor && !this.#failed) this.loadMore();
    }, {rootMargin: AHEAD});
  }

  get hasMore() {
    return this.#cursor !== null;
  }

  // The first page anew: what is not shown yet comes to the front, what changed is changed.
  async refresh() {
    const page = await this.#fetch(null);
    if (!page) return;
    const known = new Set(this.records.map(({generation_id: id}) => id));
    if (!page.items.some(({generation_id: id}) => known.has(id))) this.#clear(page.next ?? null);
    for (const record of page.items.toReversed()) this.put(record);
    this.#showEnd();
  }

  loadMore() {
    this.#loading ??= this.#loadPage().finally(() => { this.#loading = null; });
    return this.#loading;
  }

  // Adds a record, or changes the one with its id.
  put(record) {
    const index = this.records.findIndex(({generation_id: id}) => id === record.generation_id);
    if (index >= 0) {
      if (this.records[index].status !== record.status) this.#grid.children[index].replaceWith(this.#tile(record));
      this.records[index] = record;
      return;
    }
    const before = this.records.findIndex(({created_at: at}) => at <= record.created_at);
    const place = before < 0 ? this.records.length : before;
    this.records.splice(place, 0, record);
    this.#grid.insertBefore(this.#tile(record), this.#grid.children[place] ?? null);
    this.#showEnd();
  }

  // Nothing in common with what is shown: between the two, records would be missing.
  #clear(cursor) {
    this.records = [];
    this.#grid.replaceChildren();
    this.#cursor = cursor;
  }

  async #loadPage() {
    const page = await this.#fetch(this.#cursor);
    if (!page) return;
    this.#cursor = page.next ?? null;
    const known = new Set(this.records.map(({generation_id: id}) => id));
    const fresh = page.items.filter(({generation_id: id}) => !known.has(id));
    this.records.push(...fresh);
    this.#grid.append(...fresh.map((record) => this.#tile(record)));
    this.#showEnd();
    this.dispatchEvent(new Event('more'));
  }

  async #fetch(cursor) {
    try {
      const page = await getHistory(PAGE, cursor);
      this.#failed = false;
      return page;
    } catch (error) {
      this.#failed = true;
      this.#note.hidden = false;
      this.#note.textContent = `The history could not be read. ${inOneLine(error)}.`;
      this.#more.hidden = false;
      this.#more.textContent = 'Try again';
      return null;
    }
  }

  #showEnd() {
    this.#more.hidden = this.#cursor === null;
    this.#more.textContent = 'Show more';
    this.#note.hidden = this.records.length > 0;
    this.#note.textContent = 'Nothing yet. Pictures that are made appear here.';
    // Observing anew tells also when the end stayed in sight.
    this.#observer.unobserve(this.#more);
    this.#observer.observe(this.#more);
  }

  #tile(record) {
    const word = STATUS_WORDS[record.status] ?? record.status;
    const url = record.thumbnail_urls?.[0] ?? record.thumbnail_url;
    const count = record.image_urls?.length ?? 0;
    const face = url
      ? el('img', {src: url, alt: '', loading: 'lazy', decoding: 'async'})
      : el('span', {class: 'tile-words', dir: 'auto'}, el('strong', {}, word), el('span', {class: 'tile-prompt'}, record.prompt.slice(0, 200)));
    return el('li', {}, el('button', {
      class: 'tile', type: 'button', 'data-status': record.status,
      'aria-label': url ? `${count > 1 ? `${count} pictures: ` : ''}${pictureName({...record, image_urls: [url]})}` : null,
      onclick: () => this.#onOpen(this.records.find(({generation_id: id}) => id === record.generation_id) ?? record),
    }, face, count > 1 ? el('span', {class: 'badge', 'aria-hidden': 'true'}, `${count}`) : null));
  }
}
