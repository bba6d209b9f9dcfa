// The dialog that shows one record of the history. Esc closes it, arrow keys go to its neighbours.

import {byId, el} from '/assets/dom.js';
import {STATUS_WORDS} from '/assets/messages.js';
import {resultView} from '/assets/result_view.js';

export class Detail {
  #dialog = byId('detail');
  #gallery;
  #actions;
  #record = null;

  // `actions`: {reuse, startFrom} of resultView; the dialog closes before they run.
  constructor(gallery, actions) {
    this.#gallery = gallery;
    const closing = (action) => (argument) => {
      this.#dialog.close();
      action(argument);
    };
    this.#actions = {reuse: closing(actions.reuse), startFrom: closing(actions.startFrom)};
    this.#dialog.addEventListener('keydown', (event) => this.#onKey(event));
    this.#dialog.addEventListener('click', (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    gallery.addEventListener('more', () => this.#showNeighbours());
  }

  show(record) {
    this.#record = record;
    this.#dialog.replaceChildren(
      el('header', {class: 'detail-bar'},
        el('h2', {id: 'detail-title'}, STATUS_WORDS[record.status] === 'Done' ? 'Picture' : STATUS_WORDS[record.status] ?? 'Picture'),
        this.#step('newer', '←', 'Newer', -1), this.#step('older', '→', 'Older', 1),
        el('button', {class: 'quiet', type: 'button', 'data-step': 'close', onclick: () => this.#dialog.close()}, 'Close')),
      resultView(record, this.#actions));
    this.#showNeighbours();
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.scrollTop = 0;
  }

  #step(name, sign, label, by) {
    return el('button', {class: 'quiet', type: 'button', 'data-step': name, 'aria-label': label, onclick: () => this.#go(by)}, sign);
  }

  get #index() {
    return this.#gallery.records.findIndex(({generation_id: id}) => id === this.#record?.generation_id);
  }

  #showNeighbours() {
    if (!this.#record) return;
    const last = this.#gallery.records.length - 1;
    this.#button('newer').disabled = this.#index <= 0;
    this.#button('older').disabled = this.#index === last && !this.#gallery.hasMore;
  }

  #button(name) {
    return this.#dialog.querySelector(`[data-step="${name}"]`);
  }

  async #go(by) {
    const index = this.#index + by;
    if (index >= this.#gallery.records.length && this.#gallery.hasMore) await this.#gallery.loadMore();
    const next = this.#gallery.records[index];
    if (!next) return;
    this.show(next);
    const button = this.#button(by < 0 ? 'newer' : 'older');
    (button.disabled ? this.#button('close') : button).focus();
  }

  #onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'ArrowLeft') this.#go(-1);
    else if (event.key === 'ArrowRight') this.#go(1);
    else return;
    event.preventDefault();
  }
}
