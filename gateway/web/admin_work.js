// What the worker does right now and what waits for it; asked every few seconds while it is looked at.

import {getWaiting, stopGeneration} from '/assets/admin_api.js';
import {alarm, announce} from '/assets/announcer.js';
import {getStatus} from '/assets/api.js';
import {bytesText} from '/assets/bytes.js';
import {el} from '/assets/dom.js';
import {inOneLine} from '/assets/messages.js';
import {actButton, shortId, table, when} from '/assets/table.js';

const AGAIN_MS = 3000;

export class WorkPart {
  title = 'Work';
  #refresh;
  #timer = null;

  constructor(refresh) {
    this.#refresh = refresh;
  }

  leave() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  async render() {
    const [status, queued] = await Promise.all([getStatus(), getWaiting()]);
    const begun = new Set(status.running.map(({generation_id: id}) => id));
    const waiting = queued.filter(({generation_id: id}) => !begun.has(id)).map((record, index) => ({...record, place: index + 1}));
    this.leave();
    this.#timer = setTimeout(() => this.#again(), AGAIN_MS);
    return {body: [
      el('p', {class: status.ready ? 'hint' : 'trouble'}, this.#state(status)),
      el('h3', {}, 'Running'),
      table([
        ['Generation', ({generation_id: id}) => shortId(id)], ['Model', ({model}) => model],
        ['Doing', ({stage, done, units}) => `${stage} ${done} of ${units}`],
        ['Seconds', ({seconds}) => seconds.toFixed(1)],
        ['', (job) => this.#cancelButton(job), 'end'],
      ], status.running, 'Nothing runs.', 'Running'),
      el('h3', {}, 'Waiting'),
      table([
        ['Place', ({place}) => place], ['Generation', ({generation_id: id}) => shortId(id)], ['Model', ({model_used: model}) => model || 'auto'],
        ['Prompt', ({prompt}) => (prompt.length > 80 ? `${prompt.slice(0, 80)}…` : prompt)],
        ['Since', ({created_at: at}) => when(at)],
        ['', (job) => this.#cancelButton(job), 'end'],
      ], waiting, 'Nothing waits.', 'Waiting'),
      el('h3', {}, 'Memory'),
      table([
        ['Device', ({name}) => name], ['Used', ({used_bytes: bytes}) => bytesText(bytes)],
        ['Budget', ({budget_bytes: bytes}) => bytesText(bytes)], ['All', ({total_bytes: bytes}) => bytesText(bytes)],
      ], status.devices, 'The worker tells of no device.', 'Memory'),
    ]};
  }

  #state({worker, queue}) {
    if (!worker.reachable) return worker.error ?? 'The worker does not answer.';
    return `The worker ${worker.draining ? 'is about to end' : 'is ready'}; ${queue.length} of at most ${queue.limit} wait.`;
  }

  // Not in the middle of a click: what was pressed would be gone before it is let go.
  #again() {
    if (document.hidden || document.querySelector('#part-body :active')) {
      this.#timer = setTimeout(() => this.#again(), AGAIN_MS);
      return;
    }
    this.#refresh();
  }

  #cancelButton(job) {
    return actButton('Cancel', `Cancel ${job.generation_id}`, () => this.#cancel(job));
  }

  async #cancel(job) {
    try {
      await stopGeneration(job.generation_id);
      announce('Cancelled.');
    } catch (error) {
      alarm(inOneLine(error));
    }
    await this.#refresh();
  }
}
