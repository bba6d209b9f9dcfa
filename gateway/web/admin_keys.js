// API keys of other callers. A key is shown once, when it is made.

import {getKeys, makeKey, revokeKey} from '/assets/admin_api.js';
import {announce} from '/assets/announcer.js';
import {copyText} from '/assets/copy.js';
import {el} from '/assets/dom.js';
import {inOneLine} from '/assets/messages.js';
import {closeSheet, confirmIn, openSheet} from '/assets/sheet.js';
import {actButton, table, when, whenText} from '/assets/table.js';

const SCOPES = [['generate', 'make pictures'], ['edit', 'edit pictures'], ['admin', 'everything that admins may']];
const limit = (units) => (units === null ? 'as set for all' : units === 0 ? 'none' : units);

export class KeysPart {
  title = 'Keys';
  #refresh;

  constructor(refresh) {
    this.#refresh = refresh;
  }

  async render() {
    const {items} = await getKeys();
    return {
      body: [
        el('p', {class: 'hint'}, 'While there is no key, anybody is anonymous whatever they send. From the first one on, an unknown key is refused.'),
        table([
          ['Name', ({name}) => name],
          ['May', ({scopes}) => scopes.join(', ')],
          ['A minute', ({units_per_minute: units}) => limit(units)],
          ['A day', ({units_per_day: units}) => limit(units)],
          ['Made', ({created_at: at}) => when(at)],
          ['Last use', ({used_at: at}) => when(at)],
          ['', (key) => (key.revoked_at ? `revoked ${whenText(key.revoked_at)}` : actButton('Revoke', `Revoke ${key.name}`, () => this.#revoke(key))), 'end'],
        ], items, 'No keys yet.'),
      ],
      actions: [el('button', {class: 'button', type: 'button', onclick: () => this.#open()}, 'Make a key')],
    };
  }

  async #revoke(key) {
    if (!await confirmIn('Revoke this key?', `Whoever uses “${key.name}” is refused from now on.`, 'Revoke')) return;
    await revokeKey(key.id);
    announce('Revoked.');
    await this.#refresh();
  }

  async #open() {
    const name = el('input', {id: 'key-name', type: 'text', dir: 'auto', 'aria-describedby': 'key-error'});
    const scopes = SCOPES.map(([value, words]) => [value, el('input', {type: 'checkbox', checked: value === 'generate'}), words]);
    const minute = el('input', {id: 'key-minute', type: 'number', min: 0, placeholder: 'as set for all'});
    const day = el('input', {id: 'key-day', type: 'number', min: 0, placeholder: 'as set for all'});
    const error = el('p', {class: 'field-error', id: 'key-error', hidden: true});
    const submit = async (event) => {
      event.preventDefault();
      const key = {name: name.value.trim(), scopes: scopes.filter(([, box]) => box.checked).map(([value]) => value)};
      if (minute.value !== '') key.units_per_minute = Number(minute.value);
      if (day.value !== '') key.units_per_day = Number(day.value);
      try {
        this.#show(await makeKey(key));
      } catch (problem) {
        error.textContent = problem.code === 'invalid_field' ? problem.message : inOneLine(problem);
        error.hidden = false;
        name.focus();
      }
    };
    await openSheet('A new key', [el('form', {class: 'trigger-form', novalidate: true, onsubmit: submit},
      el('div', {class: 'field'}, el('label', {for: 'key-name'}, 'For whom'), name, error),
      el('fieldset', {class: 'field'}, el('legend', {}, 'It may'),
        el('div', {class: 'checks'}, ...scopes.map(([, box, words]) => el('label', {}, box, words)))),
      el('div', {class: 'pair'},
        el('div', {}, el('label', {class: 'small', for: 'key-minute'}, 'Units a minute'), minute),
        el('div', {}, el('label', {class: 'small', for: 'key-day'}, 'Units a day'), day)),
      el('div', {class: 'dialog-actions'},
        el('button', {class: 'button', type: 'button', onclick: () => closeSheet()}, 'Cancel'),
        el('button', {class: 'primary', type: 'submit'}, 'Make it')))], () => name.focus());
    await this.#refresh();
  }

  #show(made) {
    const sheet = document.getElementById('sheet');
    const key = el('code', {id: 'made-key'}, made.key);
    const copy = el('button', {class: 'button', type: 'button', id: 'copy-key'}, 'Copy');
    copy.addEventListener('click', () => copyText(made.key, () => getSelection().selectAllChildren(key), copy));
    sheet.replaceChildren(el('h2', {id: 'sheet-title'}, 'The key'),
      el('p', {}, 'This is the only time that it is shown.'),
      el('div', {class: 'secret'}, key),
      el('div', {class: 'dialog-actions'}, copy, el('button', {class: 'primary', type: 'button', onclick: () => closeSheet()}, 'I have it')));
    copy.focus();
    announce('The key was made.');
  }
}
