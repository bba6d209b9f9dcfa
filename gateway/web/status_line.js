// The line at the top: whether pictures can be made now. Asks the gateway every few seconds.
// Dispatches `back` when the worker is there again.

import {getStatus} from '/assets/api.js';
import {byId} from '/assets/dom.js';

const CALM_MS = 5000;
const TROUBLED_MS = 2000;

const gibibytes = (bytes) => (bytes / 2 ** 30).toFixed(1);

// {state, word, trouble} for an answer of /api/status.
export function judge(status) {
  const {worker} = status;
  if (!worker?.reachable) {
    const why = worker?.error ? ` ${worker.error}` : '';
    return {state: 'down', word: 'Worker down', trouble: `The worker is down, so no picture can be made now. Those made before can be seen.${why}`};
  }
  if (worker.draining) return {state: 'busy', word: 'Shutting down', trouble: 'The worker is shutting down and takes no new pictures.'};
  const running = status.running ?? [];
  if (running.some(({stage}) => stage === 'load' || stage === 'loading')) return {state: 'busy', word: 'Loading a model', trouble: ''};
  if (running.length > 0) return {state: 'busy', word: 'Drawing', trouble: ''};
  if (!status.ready) return {state: 'busy', word: 'Not ready', trouble: worker.error || 'No model is ready: the list of models says why.'};
  return {state: 'ready', word: 'Ready', trouble: ''};
}

function detailOf(status) {
  const waiting = status.queue?.length ?? 0;
  const devices = (status.devices ?? []).map(({name, used_bytes: used, budget_bytes: budget}) =>
    (budget > 0 ? `${name} ${gibibytes(used)} of ${gibibytes(budget)} GiB` : name));
  return [waiting > 0 ? `${waiting} waiting` : '', ...devices].filter(Boolean).join(' · ');
}

export class StatusLine extends EventTarget {
  #timer = 0;
  #wasReachable = true;

  start() {
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.ask();
    });
    addEventListener('online', () => this.ask());
    return this.ask();
  }

  // Asks now, and from then on by and by; a hidden page does not.
  async ask() {
    clearTimeout(this.#timer);
    let verdict;
    let detail = '';
    try {
      const status = await getStatus();
      verdict = judge(status);
      detail = detailOf(status);
    } catch (error) {
      verdict = error.code === 'unreachable'
        ? {state: 'down', word: 'No connection', trouble: 'The gateway does not answer. This page tries again by itself.'}
        : {state: 'down', word: 'Gateway trouble', trouble: error.message};
    }
    this.#show(verdict, detail);
    clearTimeout(this.#timer);
    if (!document.hidden) this.#timer = setTimeout(() => this.ask(), verdict.state === 'ready' ? CALM_MS : TROUBLED_MS);
  }

  #show({state, word, trouble}, detail) {
    byId('status').dataset.state = state;
    this.#setText('status-text', word);
    this.#setText('status-detail', detail);
    this.#setText('banner', trouble);
    byId('banner').hidden = trouble === '';
    const reachable = state !== 'down';
    if (reachable && !this.#wasReachable) this.dispatchEvent(new Event('back'));
    this.#wasReachable = reachable;
  }

  // Live regions speak at every change of their content, also to the same text.
  #setText(id, text) {
    if (byId(id).textContent !== text) byId(id).textContent = text;
  }
}
