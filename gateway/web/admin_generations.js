// What was made, newest first, found by words, state and model; and the prompts that were used.

import {findGenerations, removeGeneration} from '/assets/admin_api.js';
import {announce} from '/assets/announcer.js';
import {getModels} from '/assets/api.js';
import {el} from '/assets/dom.js';
import {inOneLine, STATUS_WORDS} from '/assets/messages.js';
import {promptHistory} from '/assets/prompt_history.js';
import {confirmIn} from '/assets/sheet.js';
import {actButton, table, when} from '/assets/table.js';

const TYPING_MS = 300;
const OPEN = ['queued', 'running'];  // to be cancelled first, under Work

function listOf(items, empty, remove) {
  return table([
    ['', ({thumbnail_url: url}) => (url ? el('img', {src: url, alt: '', width: 48, height: 48, loading: 'lazy'}) : '–')],
    ['When', ({created_at: at}) => when(at)],
    ['Prompt', ({prompt}) => (prompt.length > 200 ? `${prompt.slice(0, 200)}…` : prompt)],
    ['Model', ({model_used: model}) => model],
    ['State', ({status, error}) => (error && status === 'failed' ? `${STATUS_WORDS[status] ?? status}: ${error.error}` : STATUS_WORDS[status] ?? status)],
    ['Seconds', ({duration_seconds: seconds}) => (seconds === null ? '–' : seconds.toFixed(1)), 'end'],
    ['', (item) => (OPEN.includes(item.status) ? '' : actButton('Delete', `Delete “${item.prompt.slice(0, 60)}”`, () => remove(item))), 'end'],
  ], items, empty);
}

// A whole prompt may be taken from the history: as much of it as an address may hold. Fewer words only find more.
const asFarAsAsked = (text) => {
  let characters = [...text.trim()];
  const part = () => characters.join('');
  while (new URLSearchParams({q: part()}).toString().length > 6000) characters = characters.slice(0, Math.floor(characters.length * 0.8));
  return part();
};

export class GenerationsPart {
  title = 'Generations';
  #results = el('div', {class: 'results-of-search'});
  #words = el('input', {id: 'search-words', type: 'search', dir: 'auto', autocomplete: 'off', maxlength: 4096, placeholder: 'Words of the prompt'});
  #status = el('select', {id: 'search-status'}, el('option', {value: ''}, 'Any'),
    ...Object.entries(STATUS_WORDS).map(([value, words]) => el('option', {value}, words)));
  #model = el('select', {id: 'search-model'}, el('option', {value: ''}, 'Any'));
  #items = [];
  #next = null;
  #filtered = false;
  #asked = 0;
  #timer = null;

  leave() {
    clearTimeout(this.#timer);
    this.#asked += 1;
  }

  async render() {
    const models = getModels().catch(() => ({models: []}));  // the worker may be away: the rest works
    await this.#search();
    for (const {key, display_name: name} of (await models).models) this.#model.append(el('option', {value: key}, name || key));
    return {body: [this.#form(), promptHistory((prompt) => this.#take(prompt)), this.#results]};
  }

  #form() {
    const field = (input, words) => el('div', {class: 'field'}, el('label', {for: input.id}, words), input);
    const now = (event) => {
      event.preventDefault();
      this.#searchNow();
    };
    this.#words.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#searchNow(), TYPING_MS);
    });
    this.#status.addEventListener('change', now);
    this.#model.addEventListener('change', now);
    return el('form', {class: 'search', role: 'search', onsubmit: now},
      field(this.#words, 'Search'), field(this.#status, 'State'), field(this.#model, 'Model'),
      el('button', {class: 'button', type: 'submit'}, 'Search'));
  }

  #take(prompt) {
    this.#words.value = prompt;
    this.#words.focus();
    this.#searchNow();
  }

  async #searchNow() {
    clearTimeout(this.#timer);
    const mine = this.#asked + 1;
    try {
      await this.#search();
      if (mine === this.#asked) announce(`${this.#items.length}${this.#next ? ' and more' : ''} found.`);
    } catch (error) {
      if (mine === this.#asked) this.#results.replaceChildren(el('p', {class: 'trouble', role: 'alert'}, inOneLine(error)));
    }
  }

  async #remove({generation_id: id, prompt}) {
    const short = prompt.length > 200 ? `${prompt.slice(0, 200)}…` : prompt;
    if (!await confirmIn('Delete this generation?', `“${short}” and its pictures are gone for good.`, 'Delete')) return;
    try {
      await removeGeneration(id);
    } catch (error) {
      if (error.code !== 'not_found') {
        announce(inOneLine(error));
        return;
      }
    }
    this.#items = this.#items.filter((item) => item.generation_id !== id);
    this.#show();
    this.#words.focus();
    announce('Deleted.');
  }

  // The first page, or with `more` the one after those that are shown. A later search overtakes it.
  async #search(more = false) {
    const mine = this.#asked += 1;
    const query = {q: asFarAsAsked(this.#words.value), status: this.#status.value, model: this.#model.value};
    const {items, next} = await findGenerations(query, more ? this.#next : null);
    if (mine !== this.#asked) return;
    this.#items = more ? [...this.#items, ...items] : items;
    this.#next = next;
    this.#filtered = Object.values(query).some((value) => value !== '');
    this.#show();
  }

  #show() {
    this.#results.replaceChildren(
      listOf(this.#items, this.#filtered ? 'Nothing like that was made.' : 'Nothing yet.', (item) => this.#remove(item)),
      ...(this.#next ? [el('div', {class: 'actions'}, el('button', {class: 'button', type: 'button', onclick: () => this.#search(true)}, 'Show more'))] : []));
  }
}
