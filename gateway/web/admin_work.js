// What the worker does right now; asked every few seconds while it is looked at.

import {stopGeneration} from '/assets/admin_api.js';
import {announce} from '/assets/announcer.js';
import {getStatus} from '/assets/api.js';
import {bytesText} from '/assets/bytes.js';
import {el} from '/assets/dom.js';
import {actButton, shortId, table} from '/assets/table.js';

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
    const status = await getStatus();
    this.leave();
    this.#timer = setTimeout(() => this.#again(), AGAIN_MS);
    return {body: [
      el('p', {class: status.ready ? 'hint' : 'trouble'}, this.#state(status)),
      el('h3', {}, 'Running'),
      table([
        ['Generation', ({generation_id: id}) => shortId(id)], ['Model', ({model}) => model],
        ['Doing', ({stage, done, units}) => `${stage} ${done} of ${units}`],
        ['Seconds', ({seconds}) => seconds.toFixed(1)],
        ['', (job) => actButton('Cancel', `Cancel ${job.generation_id}`, () => this.#cancel(job)), 'end'],
      ], status.running, 'Nothing runs.'),
      el('h3', {}, 'Memory'),
      table([
        ['Device', ({name}) => name], ['Used', ({used_bytes: bytes}) => bytesText(bytes)],
        ['Budget', ({budget_bytes: bytes}) => bytesText(bytes)], ['All', ({total_bytes: bytes}) => bytesText(bytes)],
      ], status.devices, 'The worker tells of no device.'),
    ]};
  }

  #state({worker, queue}) {
    if (!worker.reachable) return worker.error ?? 'The worker does not answer.';
    return `The worker ${worker.draining ? 'is about to end' : 'is ready'}; ${queue.length} of at most ${queue.limit} wait.`;
  }

  // Not while somebody is in the middle of a table: what has the focus would go.
  #again() {
    const inUse = document.getElementById('part-body').contains(document.activeElement) && document.activeElement.tagName === 'BUTTON';
    if (document.hidden || inUse) {
      this.#timer = setTimeout(() => this.#again(), AGAIN_MS);
      return;
    }
    this.#refresh();
  }

  async #cancel(job) {
    await stopGeneration(job.generation_id);
    announce('Cancelled.');
    await this.#refresh();
  }
}
