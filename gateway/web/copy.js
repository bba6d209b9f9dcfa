// Copying out of a page, told to who clicked and to who listens.

import {announce} from '/assets/announcer.js';

const TOLD_MS = 2000;

// Copies `text`. Pages from plain http on another host may not: `select` then marks it, to be copied by hand.
export async function copyText(text, select, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    select();
    if (!document.execCommand('copy')) return announce('Selected: copy it by hand.');
  }
  const words = button.dataset.words ??= button.textContent;
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = words; }, TOLD_MS);
  announce('Copied.');
}
