// Whether somebody is at the page. What it asks for by itself long after the last key or touch says so
// (X-Unattended), and keeps no admin's session alive.

const ATTENDED_MS = 60_000;

let lastSign = performance.now();
for (const kind of ['keydown', 'pointerdown']) {
  addEventListener(kind, () => { lastSign = performance.now(); }, {capture: true, passive: true});
}

export const isAttended = () => performance.now() - lastSign < ATTENDED_MS;
