// One generation that this page follows: it starts or joins it, reads its events, and joins again
// when the connection breaks. Knows no document.
//
//   starting → queued → loading → encoding → (thinking) → step → decoding → done | failed
//
// Dispatches `change` after each event and `end` once; `ended` says which it is.

import {ApiError, cancelGeneration, joinGeneration, startGeneration} from '/assets/api.js';
import {readEvents} from '/assets/events.js';

// The gateway sends a comment every 15 s; three missed ones mean that nobody is there.
const SILENCE_MS = 45_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
const MOST_TRIES = 8;
// Answers to a join after which another try makes sense.
const PASSING_CODES = new Set(['unreachable', 'too_many_streams', 'worker_unavailable', 'busy', 'internal', 'deadline']);

// In place of crypto.randomUUID, which pages from plain http on another host don't have.
export function newRequestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `page-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

export class Generation extends EventTarget {
  phase = 'starting';
  connected = true;   // false while it tries to join again
  parked = false;     // its events are not read for now, see park()
  cancelling = false;
  position = 0;       // queued: those before it
  done = 0;           // of `units`, in loading, encoding and decoding
  units = 0;
  step = 0;
  steps = 0;
  preview = null;     // data URL
  thoughts = '';
  pictures = [];      // [{image_url, thumbnail_url}] as they get ready
  record = null;      // when done
  error = null;       // ApiError, when failed
  startedAt = Date.now();
  #lastEventId = '';
  #pass = '';         // lets a prank's visitor join and cancel
  #abort = null;
  #wake = null;
  #runs = 0;
  #isNew = false;     // sent, and no event has come yet

  // `request` is the body of POST /api/generate with its request_id; `send(request, signal)` gives
  // the answer with the events.
  static start(request, send = startGeneration) {
    const generation = new Generation(request.request_id, request);
    generation.#isNew = true;
    generation.#run((signal) => send(request, signal));
    return generation;
  }

  // `request` is what is known of it: {prompt, width, height, num_images}.
  static join(id, request) {
    const generation = new Generation(id, request);
    generation.resume();
    return generation;
  }

  constructor(id, request) {
    super();
    this.id = id;
    this.request = request;
  }

  get ended() {
    return this.phase === 'done' || this.phase === 'failed';
  }

  // A browser keeps six connections to a host: who waits in the queue gives his up, and the
  // generation goes on without him.
  park() {
    if (this.ended || this.parked) return;
    this.leave();
  }

  resume() {
    this.parked = false;
    this.#run((signal) => this.#join(signal));
  }

  // Ends with the code `cancelled`, told by the events. Throws ApiError.
  async cancel() {
    this.cancelling = true;
    this.#changed();
    try {
      await cancelGeneration(this.id, this.#pass);
    } catch (error) {
      this.cancelling = false;
      this.#changed();
      throw error;
    }
    if (this.parked) this.resume();
    this.#wake?.();
  }

  // Stops following; the generation itself goes on.
  leave() {
    this.parked = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  async #run(open) {
    const run = ++this.#runs;
    const isOver = () => this.ended || this.parked || run !== this.#runs;
    for (let failures = 1;; failures += 1) {
      try {
        await this.#read(open, () => { failures = 0; });
      } catch (error) {
        if (!isOver() && this.#isFinal(error, failures)) return this.#fail(this.#cause(error));
      }
      if (isOver()) return;
      this.connected = false;
      this.#changed();
      await this.#pause(failures);
      if (isOver()) return;
      open = (signal) => this.#join(signal);
    }
  }

  #join(signal) {
    return joinGeneration(this.id, this.#lastEventId, signal, this.#pass);
  }

  async #read(open, alive) {
    const abort = this.#abort = new AbortController();
    let silence = setTimeout(() => abort.abort(), SILENCE_MS);
    try {
      const response = await open(abort.signal);
      this.#pass = response.headers.get('Location')?.match(/[?&]pass=([0-9a-f]+)/)?.[1] ?? this.#pass;
      for await (const event of readEvents(response)) {
        clearTimeout(silence);
        silence = setTimeout(() => abort.abort(), SILENCE_MS);
        if (event === null) continue;
        alive();
        this.#take(event);
        if (this.ended) return;
      }
    } finally {
      clearTimeout(silence);
    }
  }

  #isFinal(error, failures) {
    if (!(error instanceof ApiError)) return false;
    if (this.#isNew && error.code === 'unreachable') return failures > 1;
    if (this.#isNew && this.connected) return true;
    if (error.code === 'unreachable') return false;
    return !PASSING_CODES.has(error.code) || failures >= MOST_TRIES;
  }

  // What was sent into a broken connection and cannot be joined has not begun.
  #cause(error) {
    if (!this.#isNew || error.code !== 'not_found') return error;
    return new ApiError({code: 'unreachable', message: error.message});
  }

  #pause(failures) {
    const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, ms);
    });
  }

  #take({event, id, data}) {
    if (id) this.#lastEventId = id;
    this.connected = true;
    this.#isNew = false;
    switch (event) {
      case 'queued':
        this.phase = event;
        this.position = data.position;
        break;
      case 'loading':
      case 'encoding':
      case 'decoding':
        this.phase = event;
        this.done = data.done;
        this.units = data.units;
        break;
      case 'thinking':
        this.phase = event;
        this.thoughts += data.text;
        break;
      case 'step':
        this.phase = event;
        this.step = data.step;
        this.steps = data.steps;
        if (data.preview) this.preview = data.preview;
        break;
      case 'image_ready':
        this.pictures[data.index] = data;
        break;
      case 'result':
        this.phase = 'done';
        this.record = data;
        return this.#end();
      case 'error':
        return this.#fail(new ApiError({code: data.error, message: data.message, requestId: data.request_id}));
    }
    this.#changed();
  }

  #fail(error) {
    this.phase = 'failed';
    this.error = error;
    this.#end();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }

  #end() {
    this.cancelling = false;
    this.connected = true;
    this.#changed();
    this.dispatchEvent(new Event('end'));
  }
}
