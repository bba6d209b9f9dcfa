// A part of the admin's page whose records come in pages, more of them on demand.

import {el} from '/assets/dom.js';

// Whoever extends it has fetch(cursor) → {items, next} and draw(items) → elements.
export class PagedPart {
  #refresh;
  #pages = 1;

  constructor(refresh) {
    this.#refresh = refresh;
  }

  get refresh() {
    return this.#refresh;
  }

  async render() {
    const items = [];
    let cursor = null;
    for (let page = 0; page < this.#pages; page += 1) {
      const {items: fresh, next} = await this.fetch(cursor);
      items.push(...fresh);
      cursor = next;
      if (!cursor) break;
    }
    const more = cursor ? [el('div', {class: 'actions'}, el('button', {class: 'button', type: 'button', onclick: () => this.#more()}, 'Show more'))] : [];
    return {body: [...this.draw(items), ...more], actions: this.actions()};
  }

  actions() {
    return [];
  }

  async #more() {
    this.#pages += 1;
    await this.#refresh();
  }
}
