// The dialog that adds a trigger or changes one: its phrase, how it matches, and its picture.

import {alarm, announce} from '/assets/announcer.js';
import {el} from '/assets/dom.js';
import {inOneLine} from '/assets/messages.js';
import {readPicture} from '/assets/picture_file.js';
import {addTrigger, changeTrigger} from '/assets/prank_api.js';
import {closeSheet, openSheet} from '/assets/sheet.js';

const MATCHES = [
  ['contains', 'contains the phrase'],
  ['word', 'has the phrase as whole words'],
  ['exact', 'is exactly the phrase'],
];

export class TriggerForm {
  #builderSlug;
  #onSaved;
  #trigger = null;  // that is changed; null: a new one
  #image = null;    // data URL of a new picture
  #parts;           // of the dialog that is open; other ones are told nothing any more
  #picked = 0;      // how often a picture was chosen: a slow one must not replace a later one

  // `onSaved` is given the trigger's id.
  constructor(builderSlug, onSaved) {
    this.#builderSlug = builderSlug;
    this.#onSaved = onSaved;
  }

  async open(trigger) {
    this.#trigger = trigger;
    this.#image = null;
    this.#picked += 1;
    this.#parts = this.#makeParts();
    const {phrase, match} = this.#parts;
    phrase.value = trigger?.phrase ?? '';
    match.value = trigger?.match ?? 'contains';
    await openSheet(trigger ? 'Change the trigger' : 'A new trigger', [this.#form()], () => phrase.focus());
  }

  #makeParts() {
    return {
      phrase: el('input', {id: 'phrase', type: 'text', dir: 'auto', 'aria-describedby': 'phrase-error'}),
      phraseError: el('p', {class: 'field-error', id: 'phrase-error', hidden: true}),
      match: el('select', {id: 'match'}, ...MATCHES.map(([value, words]) => el('option', {value}, `The prompt ${words}`))),
      file: el('input', {
        class: 'visually-hidden', id: 'picture', type: 'file', accept: 'image/png,image/jpeg,image/webp',
        'aria-describedby': 'picture-error', onchange: () => this.#take(),
      }),
      shown: el('img', {alt: '', src: this.#trigger?.thumbnail_url, hidden: !this.#trigger}),
      pictureError: el('p', {class: 'field-error', id: 'picture-error', hidden: true}),
      save: el('button', {class: 'primary', type: 'submit'}, 'Save'),
    };
  }

  #form() {
    const {phrase, phraseError, match, file, shown, pictureError, save} = this.#parts;
    return el('form', {class: 'trigger-form', novalidate: true, onsubmit: (event) => this.#submit(event)},
      el('div', {class: 'field'}, el('label', {for: 'match'}, 'When'), match),
      el('div', {class: 'field'}, el('label', {for: 'phrase'}, 'Phrase'), phrase, phraseError),
      el('div', {class: 'field'}, el('span', {class: 'label'}, 'Picture'),
        el('div', {class: 'picked'}, shown,
          el('label', {class: 'drop', for: 'picture'}, file, el('span', {}, 'Choose a picture'))),
        pictureError),
      el('div', {class: 'dialog-actions'},
        el('button', {class: 'button', type: 'button', onclick: () => closeSheet()}, 'Cancel'), save));
  }

  async #take() {
    const {file, shown, pictureError} = this.#parts;
    const mine = this.#picked += 1;
    try {
      const image = await readPicture(file.files[0]);
      if (mine !== this.#picked) return;
      this.#image = image;
      shown.src = image;
      shown.hidden = false;
      tell(file, pictureError, '');
      announce('The picture was taken.');
    } catch (error) {
      if (mine === this.#picked) tell(file, pictureError, error.message);
    }
  }

  async #submit(event) {
    event.preventDefault();
    const parts = this.#parts;
    const {phrase, phraseError, match, file, pictureError, save} = parts;
    const words = phrase.value.trim();
    tell(phrase, phraseError, words === '' ? 'A phrase is needed.' : '');
    tell(file, pictureError, this.#trigger || this.#image ? '' : 'A picture is needed.');
    if (words === '') return phrase.focus();
    if (!this.#trigger && !this.#image) return file.focus();
    const body = {phrase: words, match: match.value, ...(this.#image ? {image: this.#image} : {})};
    save.disabled = true;
    let saved;
    try {
      saved = this.#trigger ? await changeTrigger(this.#builderSlug, this.#trigger.id, body)
        : await addTrigger(this.#builderSlug, body);
    } catch (error) {
      if (!this.#isOpen(parts)) return alarm(inOneLine(error));
      const concernsPicture = /image|picture/.test(error.message);
      tell(concernsPicture ? file : phrase, concernsPicture ? pictureError : phraseError,
        error.code === 'conflict' ? 'There is a trigger of this phrase already.' : error.code === 'invalid_field' ? error.message : inOneLine(error));
      save.disabled = false;
      return (concernsPicture ? file : phrase).focus();
    }
    if (this.#isOpen(parts)) closeSheet('saved');
    await this.#onSaved(saved.id);
    announce('Saved.');
  }

  // The dialog may have been dismissed while the server worked, and another one opened.
  #isOpen(parts) {
    return parts === this.#parts && parts.save.isConnected;
  }
}

function tell(input, message, text) {
  message.textContent = text;
  message.hidden = text === '';
  if (text === '') input.removeAttribute('aria-invalid');
  else input.setAttribute('aria-invalid', 'true');
}
