// A table of records, with dates, ids and buttons in it.

import {el} from '/assets/dom.js';

// `columns`: [['Name', (record) => text or element, 'end'?]]; `label` tells it from others of the page.
export function table(columns, records, empty, label = 'Table') {
  if (records.length === 0) return el('p', {class: 'hint'}, empty);
  const head = columns.map(([name, , side]) => el('th', {scope: 'col', class: side ?? null}, name));
  const rows = records.map((record) => el('tr', {}, ...columns.map(([, cell, side]) => {
    const content = cell(record);
    return el('td', {class: side ?? null}, content instanceof Node ? content : el('bdi', {}, String(content ?? '–')));
  })));
  // Focusable, so that the keyboard can scroll a wide one.
  return el('div', {class: 'table', tabindex: 0, role: 'region', 'aria-label': label},
    el('table', {}, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows)));
}

export function whenText(text) {
  return new Date(text).toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'short'});
}

export function when(text) {
  return text ? el('time', {datetime: text, class: 'whole'}, whenText(text)) : '–';
}

// An id that is too long to be read anyway; the whole of it in its title.
export function shortId(text) {
  return text ? el('code', {class: 'whole', title: text}, text.length > 10 ? `${text.slice(0, 10)}…` : text) : '–';
}

export function actButton(words, label, act, kind = 'button') {
  return el('button', {class: kind, type: 'button', 'aria-label': label, onclick: act}, words);
}
