// The prompts that were used, the last one first; a click takes one for the search.

import {getPrompts} from '/assets/admin_api.js';
import {el} from '/assets/dom.js';
import {inOneLine} from '/assets/messages.js';
import {whenText} from '/assets/table.js';

function entry({prompt, uses, used_at: at}, take) {
  return el('li', {}, el('button', {class: 'quiet used', type: 'button', onclick: () => take(prompt)},
    el('span', {class: 'used-prompt', dir: 'auto'}, prompt),
    el('span', {class: 'hint'}, `${uses === 1 ? 'once' : `${uses} times`}, last ${whenText(at)}`)));
}

// Asked for when it is unfolded.
export function promptHistory(take) {
  const list = el('ul', {class: 'used-prompts'});
  const more = el('div', {class: 'actions'});
  const show = async (cursor) => {
    try {
      const {items, next} = await getPrompts(cursor);
      if (cursor === null) list.replaceChildren();
      list.append(...items.map((item) => entry(item, take)));
      if (list.children.length === 0) list.append(el('li', {class: 'hint'}, 'No prompts yet.'));
      more.replaceChildren(...(next ? [el('button', {class: 'button', type: 'button', onclick: () => show(next)}, 'Show more prompts')] : []));
    } catch (error) {
      more.replaceChildren(el('p', {class: 'trouble', role: 'alert'}, inOneLine(error)));
    }
  };
  const view = el('details', {class: 'prompts'}, el('summary', {}, 'Prompt history'), list, more);
  view.addEventListener('toggle', () => {
    if (view.open) show(null);
  });
  return view;
}
