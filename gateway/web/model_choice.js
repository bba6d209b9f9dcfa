// The list of models: which can be chosen, and why others cannot. Dispatches `change` when another
// one is chosen or the list has come.

import {getModels} from '/assets/api.js';
import {byId, el} from '/assets/dom.js';

const isMissing = (model) => model.state === 'missing';

export class ModelChoice extends EventTarget {
  maxImageSide = null;
  #models = [];
  #wanted = '';  // a key that was asked for before the list came
  #select = byId('engine');

  constructor() {
    super();
    this.#select.addEventListener('change', () => {
      this.#wanted = this.#select.value;
      this.#show();
    });
  }

  // null while the list is not there.
  get current() {
    return this.#models.find((model) => model.key === this.#select.value) ?? null;
  }

  get key() {
    return this.#select.value;
  }

  get loaded() {
    return this.#models.length > 0;
  }

  // Whether `key` can be chosen; chosen it is then.
  choose(key) {
    this.#wanted = key;
    const model = this.#models.find((candidate) => candidate.key === key);
    if (!model || isMissing(model)) return false;
    this.#select.value = key;
    this.#show();
    return true;
  }

  // Throws ApiError.
  async load() {
    const answer = await getModels();
    this.#models = answer.models;
    this.maxImageSide = answer.max_image_side ?? null;
    this.#fill();
  }

  #fill() {
    const before = this.#wanted;
    this.#select.replaceChildren(...this.#models.map((model) => el('option', {
      value: model.key, disabled: isMissing(model),
    }, isMissing(model) ? `${this.#name(model)} (not installed)` : this.#name(model))));
    const usable = this.#models.filter((model) => !isMissing(model));
    const first = usable.find((model) => model.key === before) ?? usable.find((model) => model.default) ?? usable[0];
    if (first) {
      this.#select.value = first.key;
    } else {
      this.#select.prepend(el('option', {value: 'auto', selected: true}, 'No model is installed'));
    }
    this.#showProblems();
    this.#show();
  }

  #name(model) {
    return model.display_name || model.key;
  }

  #showProblems() {
    const troubled = this.#models.filter((model) => isMissing(model) || model.problem);
    byId('model-problems').hidden = troubled.length === 0;
    byId('model-problems-title').textContent = troubled.length === 1
      ? '1 model cannot be used' : `${troubled.length} models cannot be used`;
    byId('model-problems-list').replaceChildren(...troubled.map((model) => el('li', {},
      el('strong', {}, this.#name(model)), el('span', {class: 'problem', dir: 'auto'}, model.problem || 'Its files are not there.'))));
  }

  #show() {
    const model = this.current;
    byId('model-notes').textContent = model?.notes ?? '';
    this.dispatchEvent(new Event('change'));
  }
}
