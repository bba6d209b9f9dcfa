// One generation on the page: its progress, then its result or what went wrong.

import {alarm, announce} from '/assets/announcer.js';
import {el} from '/assets/dom.js';
import {explain, inOneLine} from '/assets/messages.js';
import {StepClock, announcement, clock, fraction, phaseText} from '/assets/progress.js';
import {resultView} from '/assets/result_view.js';

const TICK_MS = 500;
const READY_SHOWN = 8;

export class JobCard {
  element;
  tries = 0;  // of the same request before, as whoever made the card counts
  #generation;
  #actions;
  #clock = new StepClock();
  #said = '';
  #timer;
  #parts;

  // `actions`: those of resultView, and retry(request), dismiss(card), failed(generation).
  constructor(generation, actions) {
    this.#generation = generation;
    this.#actions = actions;
    this.#parts = this.#makeParts();
    this.element = el('article', {class: 'job panel', tabindex: -1, 'aria-label': 'Picture in work'}, this.#working());
    generation.addEventListener('change', () => this.#show());
    generation.addEventListener('end', () => this.#end());
    this.#timer = setInterval(() => this.#showTime(), TICK_MS);
    this.#show();
  }

  get generation() {
    return this.#generation;
  }

  // The request goes out again by itself after so many seconds, unless the user minds.
  countDown(seconds, onTime) {
    const line = el('p', {class: 'hint'});
    const button = el('button', {class: 'button', type: 'button', onclick: () => stop()}, 'Don’t try again');
    const until = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      line.textContent = `Trying again in ${Math.max(0, left)} s.`;
      if (left > 0) return;
      stop();
      onTime();
    };
    const timer = setInterval(tick, 250);
    const stop = () => {
      clearInterval(timer);
      line.remove();
      button.remove();
    };
    this.stopCountDown = stop;
    this.element.querySelector('.trouble-text').append(line);
    this.element.querySelector('.actions').append(button);
    tick();
  }

  stopCountDown() {}

  #makeParts() {
    const {request} = this.#generation;
    const frame = el('div', {class: 'preview'}, el('img', {alt: '', hidden: true}));
    if (request.width && request.height) frame.style.aspectRatio = `${request.width} / ${request.height}`;
    return {
      frame,
      phase: el('p', {class: 'phase'}),
      bar: el('progress', {max: 1, 'aria-label': 'Progress'}),
      time: el('p', {class: 'hint time'}),
      ready: el('p', {class: 'hint', hidden: true}),
      readyPictures: el('div', {class: 'ready', hidden: true}),
      thoughts: el('p', {class: 'thoughts', dir: 'auto', hidden: true}),
      cancel: el('button', {class: 'button', type: 'button', onclick: () => this.#cancel()}, 'Cancel'),
    };
  }

  #working() {
    const {frame, phase, bar, time, ready, readyPictures, thoughts, cancel} = this.#parts;
    return el('div', {class: 'working'}, frame,
      el('div', {class: 'about'},
        el('p', {class: 'prompt clamped', dir: 'auto'}, this.#generation.request.prompt ?? ''),
        phase, bar, time, ready, readyPictures, thoughts, el('div', {class: 'actions'}, cancel)));
  }

  #show() {
    const generation = this.#generation;
    if (generation.ended) return;
    const {frame, phase, bar, thoughts, cancel} = this.#parts;
    phase.textContent = phaseText(generation);
    const share = fraction(generation);
    if (share === null) bar.removeAttribute('value');
    else bar.value = share;
    if (generation.preview) {
      const image = frame.firstChild;
      image.hidden = false;
      image.src = generation.preview;
      image.alt = 'Preview of the picture in work';
    }
    thoughts.hidden = generation.thoughts === '' || generation.phase !== 'thinking';
    thoughts.textContent = generation.thoughts;
    // Disabled, it would lose the focus, and with it the reader's place.
    cancel.setAttribute('aria-disabled', String(generation.cancelling));
    this.element.dataset.phase = generation.phase;
    this.#showReady();
    this.#showTime();
    this.#say(announcement(generation));
  }

  #showReady() {
    const {pictures, request} = this.#generation;
    const urls = pictures.filter(Boolean).slice(0, READY_SHOWN);
    const {ready, readyPictures} = this.#parts;
    if (!(request.num_images > 1) || urls.length === 0) return;
    ready.hidden = readyPictures.hidden = false;
    ready.textContent = `${urls.length} of ${request.num_images} pictures are ready`;
    if (readyPictures.childElementCount === urls.length) return;
    readyPictures.replaceChildren(...urls.map((picture) => el('img', {src: picture.thumbnail_url, alt: ''})));
  }

  #showTime() {
    const seconds = (Date.now() - this.#generation.startedAt) / 1000;
    const left = this.#clock.left(this.#generation, performance.now());
    this.#parts.time.textContent = left === null ? clock(seconds) : `${clock(seconds)} · about ${clock(left)} left`;
  }

  #say(text) {
    if (text === this.#said) return;
    this.#said = text;
    announce(text);
  }

  async #cancel() {
    if (this.#generation.cancelling) return;
    try {
      await this.#generation.cancel();
    } catch (error) {
      this.#parts.phase.textContent = `Not cancelled: ${inOneLine(error)}`;
      alarm(this.#parts.phase.textContent);
    }
  }

  #end() {
    clearInterval(this.#timer);
    const hadFocus = this.element.contains(document.activeElement);
    const {record, error} = this.#generation;
    this.element.dataset.phase = this.#generation.phase;
    this.element.setAttribute('aria-label', record ? 'Newest picture' : explain(error).title);
    this.element.replaceChildren(record ? resultView(record, this.#actions) : this.#trouble(error));
    if (hadFocus) this.element.focus();
    if (record) announce(record.image_urls.length > 1 ? `${record.image_urls.length} pictures are ready.` : 'The picture is ready.');
    else if (error.code === 'cancelled') announce('Cancelled.');
    else alarm(inOneLine(error));
    if (error) this.#actions.failed(this);
  }

  #trouble(error) {
    const {title, text, detail, requestId, retry} = explain(error);
    const {request} = this.#generation;
    const isFailure = error.code !== 'cancelled';
    return el('div', {class: isFailure ? 'trouble-card' : 'trouble-card calm'},
      el('div', {class: 'trouble-text'},
        el('h3', {}, title),
        text ? el('p', {}, text) : null,
        detail ? el('p', {class: 'problem', dir: 'auto'}, detail) : null,
        el('p', {class: 'prompt clamped', dir: 'auto'}, request.prompt ?? ''),
        requestId && isFailure ? el('p', {class: 'hint'}, 'Request ', el('code', {}, requestId)) : null),
      el('div', {class: 'actions'},
        retry && request.engine ? el('button', {class: 'button', type: 'button', onclick: () => this.#actions.retry(this)}, 'Try again') : null,
        el('button', {class: 'button', type: 'button', onclick: () => this.#actions.dismiss(this)}, 'Dismiss')));
  }
}
