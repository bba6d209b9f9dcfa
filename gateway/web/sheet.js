// The dialog of a page: one question or form at a time, closed by Escape, focus given back.

import {byId, el} from '/assets/dom.js';

// Shows `children`; resolves with what close(value) was given, or null when it was dismissed.
export function openSheet(title, children, onOpen = () => {}) {
  const sheet = byId('sheet');
  sheet.replaceChildren(el('h2', {id: 'sheet-title'}, title), ...children);
  sheet.returnValue = '';
  sheet.showModal();
  onOpen();
  return new Promise((resolve) => {
    sheet.addEventListener('close', () => {
      sheet.replaceChildren();  // what was secret does not stay in the page
      resolve(sheet.returnValue || null);
    }, {once: true});
  });
}

export const closeSheet = (value = '') => byId('sheet').close(value);

// Whether the user said yes. With `yes` null there is nothing to say yes to.
export async function confirmIn(title, text, yes) {
  const buttons = [
    el('button', {class: 'button', type: 'button', onclick: () => closeSheet()}, yes === null ? 'Close' : 'Cancel'),
    yes === null ? null : el('button', {class: 'button danger', type: 'button', onclick: () => closeSheet('yes')}, yes),
  ].filter(Boolean);
  return await openSheet(title, [el('p', {dir: 'auto'}, text), el('div', {class: 'dialog-actions'}, ...buttons)]) === 'yes';
}
