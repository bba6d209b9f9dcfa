// The form: what the user asks for, as the body of POST /api/generate. It keeps to the chosen
// model's limits, and follows its recommendations in the fields that the user left alone.

import {announce} from '/assets/announcer.js';
import {byId, el, scrollTo} from '/assets/dom.js';
import {clearFieldErrors, focusFirstError, namedField, setFieldError} from '/assets/field_errors.js';
import {presets, recommendedSize, sideRange, sizeLike} from '/assets/sizes.js';
import {recall, remember} from '/assets/storage.js';

const MOST_CODE_POINTS = 4096;
const COUNT_FROM = 3500;
const NUMBERS = ['width', 'height', 'steps', 'guidance', 'num_images'];
const WHOLE = new Set(['width', 'height', 'steps', 'num_images']);
const LABELS = {width: 'The width', height: 'The height', steps: 'Steps', guidance: 'Guidance', num_images: 'Pictures'};

// What a record says of the number fields. One that failed knows only what was asked for.
function settingsOf(record) {
  const {steps, guidance, num_images: count, width, requested_width: askedWidth} = record;
  const {height, requested_height: askedHeight} = record;
  const values = {steps, guidance, width: width ?? askedWidth, height: height ?? askedHeight, num_images: count ?? 1};
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

export class Form {
  #form = byId('form');
  #models;
  #start;
  #touched = new Set();       // names of the number fields that the user set
  #negativeIsEmpty = false;   // an empty negative prompt differs from none; a reused one may be so

  // `onGenerate(body)` is called with a complete request but its id.
  constructor(models, startPicture, onGenerate) {
    this.#models = models;
    this.#start = startPicture;
    this.#restore();
    models.addEventListener('change', () => this.#followModel());
    startPicture.addEventListener('change', () => this.#followPicture());
    this.#form.addEventListener('input', (event) => this.#onInput(event.target));
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const body = this.read();
      if (body) onGenerate(body);
    });
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || byId('detail').open) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
    this.#followModel();
  }

  // The request, or null after its errors were shown and the first one focused.
  read() {
    clearFieldErrors(this.#form);
    const body = {...this.#words(), ...this.#numbers(), ...this.#seed()};
    if (this.#start.dataUrl) Object.assign(body, {image: this.#start.dataUrl, strength: this.#start.strength});
    if (this.#form.querySelector('[aria-invalid="true"]')) {
      focusFirstError(this.#form);
      return null;
    }
    return body;
  }

  // Fills in what made a picture of the history.
  reuse(record) {
    clearFieldErrors(this.#form);
    byId('prompt').value = record.prompt;
    byId('negative_prompt').value = record.negative_prompt ?? '';
    this.#negativeIsEmpty = record.negative_prompt === '';
    const hasModel = this.#models.choose(record.model_used);
    this.#setNumbers(settingsOf(record), /*touch=*/ true);
    this.#setSeed(record.seed);
    this.#onChanged();
    scrollTo(this.#form, 'start');
    byId('prompt').focus({preventScroll: true});
    announce(hasModel ? 'The settings are in the form.' : 'The settings are in the form; its model cannot be used now.');
  }

  // Shows a refusal of the server beside the field that it names.
  blame(message) {
    const name = namedField(this.#form, message);
    if (name) setFieldError(name, message);
  }

  // A kept seed is the last one, where none was given.
  offerSeed(seed) {
    const input = byId('seed');
    if (this.#form.seed_mode.value === 'random') input.value = seed;
  }

  #words() {
    const body = {prompt: byId('prompt').value.trim(), engine: this.#models.key};
    const negative = byId('negative_prompt').value.trim();
    if (negative || this.#negativeIsEmpty) body.negative_prompt = negative;
    const length = [...body.prompt].length;
    if (length === 0) setFieldError('prompt', 'Say what the picture should show.');
    if (length > MOST_CODE_POINTS) setFieldError('prompt', `At most ${MOST_CODE_POINTS} characters; these are ${length}.`);
    if ([...negative].length > MOST_CODE_POINTS) setFieldError('negative_prompt', `At most ${MOST_CODE_POINTS} characters.`);
    return body;
  }

  #numbers() {
    const body = {};
    for (const name of NUMBERS) {
      const input = byId(name);
      if (input.value === '' && !input.validity.badInput) continue;
      const value = Number(input.value);
      const [lowest, highest] = [Number(input.min), input.max === '' ? Infinity : Number(input.max)];
      if (input.validity.badInput || (WHOLE.has(name) && !Number.isInteger(value))) {
        setFieldError(name, `${LABELS[name]}: a ${WHOLE.has(name) ? 'whole ' : ''}number.`);
      } else if (value < lowest || value > highest) {
        setFieldError(name, `${LABELS[name]}: ${lowest} to ${highest}.`);
      }
      body[name] = value;
    }
    return body;
  }

  #seed() {
    if (this.#form.seed_mode.value === 'random') return {};
    const text = byId('seed').value.trim();
    const seed = Number(text);
    if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(seed)) {
      setFieldError('seed', `A whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`);
    }
    return {seed};
  }

  #onInput(target) {
    if (NUMBERS.includes(target.name)) this.#touched.add(target.name);
    if (target.name === 'negative_prompt') this.#negativeIsEmpty = false;
    if (target.name === 'preset') {
      const [width, height] = target.value.split('x').map(Number);
      this.#setNumbers({width, height}, /*touch=*/ true);
    }
    if (byId(`${target.name}-error`)) setFieldError(target.name, '');
    this.#onChanged();
  }

  #onChanged() {
    const length = [...byId('prompt').value].length;
    byId('prompt-count').hidden = length < COUNT_FROM;
    byId('prompt-count').textContent = `${length} of ${MOST_CODE_POINTS} characters`;
    byId('seed').disabled = this.#form.seed_mode.value === 'random';
    this.#markPreset();
    this.#save();
  }

  #setNumbers(values, touch) {
    for (const name of NUMBERS) {
      if (values[name] === undefined) continue;
      byId(name).value = values[name] === null ? '' : String(Number(Number(values[name]).toFixed(3)));
      if (touch) this.#touched.add(name);
    }
  }

  #setSeed(seed) {
    const known = Number.isSafeInteger(seed);
    this.#form.seed_mode.value = known ? 'keep' : 'random';
    if (known) byId('seed').value = seed;
  }

  get #range() {
    return sideRange(this.#models.current, this.#models.maxImageSide);
  }

  #followModel() {
    const model = this.#models.current;
    this.#limit('steps', model?.allowed?.steps ?? [1, 200]);
    this.#limit('guidance', model?.allowed?.guidance ?? [0, 30]);
    const range = this.#range;
    for (const side of ['width', 'height']) this.#limit(side, [range.lowest, range.highest ?? '']);
    byId('size-hint').textContent = range.highest === null ? '' : `up to ${range.highest} pixels a side`;
    this.#showPresets(model, range);
    if (model) this.#recommend(model, range);
    const abilities = model?.capabilities ?? [];
    this.#start.usable = abilities.length === 0 || abilities.includes('image_to_image');
    this.#onChanged();
  }

  #recommend(model, range) {
    const {steps = null, guidance = null} = model.recommended ?? {};
    const size = recommendedSize(model, range) ?? {width: null, height: null};
    const values = {...size, steps, guidance};
    for (const name of this.#touched) delete values[name];
    this.#setNumbers(values, /*touch=*/ false);
  }

  #limit(name, range) {
    [byId(name).min, byId(name).max] = range;
  }

  #showPresets(model, range) {
    byId('presets').replaceChildren(...presets(model, range).map(({name, width, height}) => {
      const shape = el('span', {class: 'shape', 'aria-hidden': 'true'});
      shape.style.aspectRatio = `${width} / ${height}`;
      return el('label', {title: `${name}, ${width} × ${height}`},
        el('input', {type: 'radio', name: 'preset', value: `${width}x${height}`, 'aria-label': `${name}, ${width} by ${height}`}),
        shape);
    }));
  }

  #markPreset() {
    const size = `${byId('width').value}x${byId('height').value}`;
    for (const input of byId('presets').querySelectorAll('input')) input.checked = input.value === size;
  }

  #followPicture() {
    if (!this.#start.dataUrl) return;
    this.#setNumbers(sizeLike(this.#start, this.#models.current, this.#range), /*touch=*/ true);
    this.#onChanged();
  }

  #save() {
    const values = Object.fromEntries(['prompt', 'negative_prompt', 'seed', ...NUMBERS].map((name) => [name, byId(name).value]));
    remember('form', {...values, engine: this.#models.loaded ? this.#models.key : recall('form', {}).engine,
      seed_mode: this.#form.seed_mode.value, touched: [...this.#touched]});
  }

  #restore() {
    const saved = recall('form', null);
    if (!saved) return;
    for (const name of ['prompt', 'negative_prompt', 'seed', ...NUMBERS]) {
      if (typeof saved[name] === 'string') byId(name).value = saved[name];
    }
    this.#form.seed_mode.value = saved.seed_mode === 'keep' ? 'keep' : 'random';
    this.#touched = new Set(saved.touched ?? []);
    if (saved.engine) this.#models.choose(saved.engine);
  }
}
