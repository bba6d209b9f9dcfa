// Tells screen readers what changed. Polite waits for a pause, assertive does not.

import {byId} from '/assets/dom.js';

function say(region, text) {
  // A repeated text would not be read again.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

export const announce = (text) => say(byId('polite'), text);
export const alarm = (text) => say(byId('assertive'), text);
