// The generations that this page follows, newest first, and their cards. Remembers the running ones,
// so that a page that is loaded anew joins them again.

import {byId, scrollTo} from '/assets/dom.js';
import {Generation, newRequestId} from '/assets/generation.js';
import {JobCard} from '/assets/job_card.js';
import {recall, remember} from '/assets/storage.js';

// Streams that stay open; a browser keeps six connections to a host, and pictures, status and other
// tabs need some.
const MOST_STREAMS = 2;
const DEFAULT_RETRY_SECONDS = 5;
// Tries by itself that the queue has room; each waits twice as long.
const MOST_TRIES = 6;

export class Jobs {
  #cards = [];
  #actions;
  #onEnd;

  // `actions`: {reuse, startFrom, open, blame}. `onEnd(generation)` when one is done or failed.
  constructor(actions, onEnd) {
    this.#onEnd = onEnd;
    this.#actions = {
      ...actions,
      retry: (card) => this.#retry(card),
      dismiss: (card) => this.#dismiss(card),
      failed: (card) => this.#failed(card),
    };
  }

  // `body` as for POST /api/generate, but for the id. `tries` before this one were refused.
  start(body, tries = 0) {
    for (const card of this.#cards.filter((candidate) => candidate.generation.ended)) this.#remove(card);
    const card = this.#add(Generation.start({...body, request_id: newRequestId()}));
    card.tries = tries;
    scrollTo(card.element);
  }

  // Follows one that runs already; `known` is what is known of its request.
  follow(id, known) {
    const there = this.#cards.find((card) => card.generation.id === id);
    const card = there ?? this.#add(Generation.join(id, known));
    scrollTo(card.element);
    return card;
  }

  rejoin() {
    for (const {id, ...known} of recall('running', []).reverse()) {
      if (typeof id === 'string') this.#add(Generation.join(id, known));
    }
  }

  // The oldest that has not ended, or null.
  get running() {
    return this.#cards.map((card) => card.generation).findLast((generation) => !generation.ended) ?? null;
  }

  #add(generation) {
    const card = new JobCard(generation, this.#actions);
    this.#cards.unshift(card);
    byId('jobs').prepend(card.element);
    generation.addEventListener('change', () => this.#share());
    generation.addEventListener('end', () => {
      this.#save();
      this.#share();
      this.#onEnd(generation);
    });
    this.#save();
    this.#showEmpty();
    return card;
  }

  // The oldest keep their streams: the worker takes them first. A newer one is parked once an event
  // has told that it arrived.
  #share() {
    const running = this.#cards.map((card) => card.generation).filter((generation) => !generation.ended).reverse();
    for (const [index, generation] of running.entries()) {
      if (index >= MOST_STREAMS && generation.phase !== 'starting' && !generation.cancelling) generation.park();
      if (index < MOST_STREAMS && generation.parked) generation.resume();
    }
  }

  #retry(card, tries = 0) {
    const {request} = card.generation;
    this.#remove(card);
    this.start(request, tries);
  }

  #dismiss(card) {
    this.#remove(card);
    byId('prompt').focus({preventScroll: true});
  }

  #remove(card) {
    card.stopCountDown();
    card.element.remove();
    this.#cards = this.#cards.filter((candidate) => candidate !== card);
    this.#showEmpty();
  }

  #failed(card) {
    const {error} = card.generation;
    if (error.code === 'queue_full' && card.tries < MOST_TRIES) {
      const seconds = (error.retryAfter || DEFAULT_RETRY_SECONDS) * 2 ** card.tries;
      card.countDown(seconds, () => this.#retry(card, card.tries + 1));
    }
    if (error.code === 'invalid_field') this.#actions.blame(error.message);
  }

  #showEmpty() {
    byId('empty').hidden = this.#cards.length > 0;
  }

  #save() {
    remember('running', this.#cards.map((card) => card.generation).filter((generation) => !generation.ended)
      .map(({id, request: {prompt, width, height, num_images}}) => ({id, prompt, width, height, num_images})));
  }
}
