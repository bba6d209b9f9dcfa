// The worker's models: what their weights take, what fits, and the buttons that bring them in and out.

import {getAdminModels, loadModel, unloadModel} from '/assets/admin_api.js';
import {alarm, announce} from '/assets/announcer.js';
import {getStatus} from '/assets/api.js';
import {bytesText} from '/assets/bytes.js';
import {el} from '/assets/dom.js';
import {inOneLine} from '/assets/messages.js';
import {planView} from '/assets/plan_view.js';
import {actButton} from '/assets/table.js';

const AGAIN_MS = 1500;
const STATES = {
  loaded: ['In memory', 'good'], loading: ['Loading', 'busy'], waiting: ['Waits for its turn', 'busy'],
  leaving: ['Leaves when its job ends', 'busy'], available: ['Not loaded', ''], missing: ['Not installed', ''],
};
const nameOf = (model) => model.display_name || model.key;

// Their ids; null where the worker does not say.
async function runningJobs() {
  try {
    const {running, worker} = await getStatus();
    return worker.reachable ? running.map((job) => job.generation_id) : null;
  } catch {
    return null;
  }
}

export class ModelsPart {
  title = 'Models';
  #list = el('div', {class: 'models'});
  #models = [];
  #open = new Set();      // models whose table is unfolded
  #leaving = new Map();   // asked to leave: the jobs that it waits for, null while these are asked for
  #problems = new Map();  // what the last click came to
  #asked = 0;
  #timer = null;
  #gone = false;

  leave() {
    this.#gone = true;
    clearTimeout(this.#timer);
  }

  async render() {
    await this.#fetch();
    return {
      body: [this.#list],
      actions: [el('button', {class: 'button', type: 'button', onclick: () => this.#again()}, 'Plan again')],
    };
  }

  async #fetch() {
    const mine = this.#asked += 1;
    // The jobs first: of one that has ended by now the models tell what it left.
    const running = this.#leaving.size > 0 ? await runningJobs() : null;
    const {models} = await getAdminModels();
    if (mine !== this.#asked || this.#gone) return;
    this.#models = [...models].sort((a, b) => (a.state === 'missing') - (b.state === 'missing'));
    for (const {key, state} of models) this.#seeLeaving(key, state, running);
    this.#draw();
    clearTimeout(this.#timer);
    const busy = models.some((model) => ['waiting', 'loading', 'leaving'].includes(this.#stateOf(model)));
    if (busy) this.#timer = setTimeout(() => this.#again(), AGAIN_MS);
  }

  // It has left, or was brought back by another job: what it waited for has ended. Looked at once
  // more then, because weights go a moment after the job's end.
  #seeLeaving(key, state, running) {
    const jobs = this.#leaving.get(key);
    if (jobs === undefined) return;
    if (state !== 'loaded') this.#leaving.delete(key);
    if (!jobs || !running || jobs.some((job) => running.includes(job))) return;
    if (jobs.length === 0) this.#leaving.delete(key);
    else this.#leaving.set(key, []);
  }

  async #again() {
    try {
      await this.#fetch();
    } catch (error) {
      if (this.#gone) return;
      alarm(inOneLine(error));
      this.#timer = setTimeout(() => this.#again(), AGAIN_MS);
    }
  }

  #stateOf(model) {
    if (this.#leaving.has(model.key)) return 'leaving';
    return model.load.waiting && model.state === 'available' ? 'waiting' : model.state;
  }

  // The keyboard stays where it was: at the same model's button.
  #draw() {
    const at = this.#list.contains(document.activeElement) ? document.activeElement.closest('[data-model]')?.dataset.model : undefined;
    const inTable = document.activeElement?.tagName === 'SUMMARY';
    this.#list.replaceChildren(...(this.#models.length === 0
      ? [el('p', {class: 'hint'}, 'The registry has no models.')]
      : this.#models.map((model) => this.#card(model))));
    if (at === undefined) return;
    this.#list.querySelector(`[data-model="${CSS.escape(at)}"] ${inTable ? 'summary' : 'button'}`)?.focus({preventScroll: true});
  }

  #card(model) {
    const state = this.#stateOf(model);
    const [words, kind] = STATES[state] ?? [state, ''];
    const problem = this.#problems.get(model.key) ?? model.load.problem;
    return el('article', {class: 'model', 'data-model': model.key, 'aria-label': nameOf(model)},
      el('div', {class: 'heading'},
        el('h3', {}, el('bdi', {}, nameOf(model))),
        el('div', {class: 'chips'}, model.default ? el('span', {class: 'chip'}, 'Default') : null, el('span', {class: `chip ${kind}`}, words))),
      el('p', {class: 'facts'}, ...this.#facts(model).map((fact) => el('bdi', {}, fact))),
      problem ? el('p', {class: 'trouble'}, problem) : null,
      model.problem ? el('p', {class: 'note'}, model.problem) : null,
      kind === 'busy' ? el('progress', {'aria-label': `${nameOf(model)}: ${words}`}) : null,
      planView(model, this.#open),
      state === 'missing' ? null : el('div', {class: 'actions'}, this.#button(model, state)));
  }

  #facts({key, family, variant, loaded_bytes: bytes, fingerprint}) {
    return [
      key, [family, variant].filter(Boolean).join(' '), bytes ? `${bytesText(bytes)} of weights in memory` : '',
      fingerprint ? `fingerprint ${fingerprint.slice(0, 12)}` : '',
    ].filter(Boolean);
  }

  // Never disabled, so that it keeps the keyboard's focus: it says so and does nothing instead.
  #button(model, state) {
    const busy = ['waiting', 'loading', 'leaving'].includes(state);
    const there = state === 'loaded' || state === 'leaving';
    const words = there ? 'Unload' : 'Load';
    const button = actButton(words, `${words} ${nameOf(model)}`, () => {
      if (!busy) this.#change(model, there ? unloadModel : loadModel, there);
    });
    if (busy) button.setAttribute('aria-disabled', 'true');
    return button;
  }

  async #change(model, call, leaves) {
    this.#problems.delete(model.key);
    model.load = {waiting: !leaves, problem: null};
    if (leaves) this.#leaving.set(model.key, null);
    this.#draw();
    try {
      const jobs = leaves ? await runningJobs() : null;
      const {state} = await call(model.key);
      if (leaves) this.#leaving.set(model.key, jobs ?? []);
      if (state !== 'loaded') this.#leaving.delete(model.key);
      if (state === 'loaded' && !leaves) announce(`${nameOf(model)} is in memory.`);
      if (state !== 'loaded' && leaves) announce(`${nameOf(model)} has left memory.`);
    } catch (error) {
      this.#leaving.delete(model.key);
      const text = error.code === 'out_of_memory' ? error.message : inOneLine(error);
      this.#problems.set(model.key, text);
      alarm(text);
    }
    await this.#again();
  }
}
