// The admin's page: logging in, and one part at a time, named by the address's fragment.

import {logIn, logOut, whoIsIn} from '/assets/admin_api.js';
import {AuditPart} from '/assets/admin_audit.js';
import {GenerationsPart} from '/assets/admin_generations.js';
import {KeysPart} from '/assets/admin_keys.js';
import {ModelsPart} from '/assets/admin_models.js';
import {PranksPart} from '/assets/admin_pranks.js';
import {SessionsPart} from '/assets/admin_sessions.js';
import {WorkPart} from '/assets/admin_work.js';
import {alarm, announce} from '/assets/announcer.js';
import {byId, el} from '/assets/dom.js';
import {inOneLine} from '/assets/messages.js';

// Each has a title, render() → {body, actions?}, and may have leave().
const PARTS = {
  work: WorkPart, models: ModelsPart, generations: GenerationsPart, pranks: PranksPart, keys: KeysPart, sessions: SessionsPart,
  audit: AuditPart,
};

let part = null;
let shown = 0;

async function begin() {
  try {
    enter(await whoIsIn());
  } catch (error) {
    showLogin(error.code === 'unauthorized' ? '' : inOneLine(error));
  }
}

function enter(session) {
  byId('login').hidden = true;
  byId('password').value = '';
  byId('who').hidden = byId('board').hidden = false;
  byId('who-name').textContent = session.name;
  return show();
}

function showLogin(text) {
  part?.leave?.();
  part = null;
  byId('who').hidden = byId('board').hidden = true;
  byId('login').hidden = false;
  byId('password-error').textContent = text;
  byId('password-error').hidden = text === '';
  byId('name').focus();
}

async function show() {
  const name = location.hash.slice(1) in PARTS ? location.hash.slice(1) : 'work';
  for (const link of byId('board').querySelectorAll('.tabs a')) {
    if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  part?.leave?.();
  part = new PARTS[name](refresh);
  document.title = `${part.title} · easel`;
  byId('part-title').textContent = part.title;
  byId('part-actions').replaceChildren();
  byId('part-body').replaceChildren(el('p', {class: 'hint'}, 'Loading…'));
  await refresh();
}

// Draws the part anew. A session that has ended asks for the password again.
async function refresh() {
  const mine = shown += 1;
  const current = part;
  try {
    const {body, actions = []} = await current.render();
    if (mine !== shown || current !== part) return;
    redraw(body);
    byId('part-actions').replaceChildren(...actions);
  } catch (error) {
    if (mine !== shown || current !== part) return;
    if (error.code === 'unauthorized') return showLogin('The session has ended.');
    byId('part-body').replaceChildren(
      el('p', {class: 'trouble'}, inOneLine(error)),
      el('div', {class: 'actions'}, el('button', {class: 'button', type: 'button', onclick: refresh}, 'Try again')));
    alarm(inOneLine(error));
  }
}

// The keyboard stays at the button of the same name, or in the part where that one is gone; wide tables stay scrolled.
function redraw(body) {
  const old = byId('part-body');
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute('aria-label') : null;
  const scrolled = [...old.querySelectorAll('.table')].map((region) => [region.getAttribute('aria-label'), region.scrollLeft]);
  const find = (label) => old.querySelector(`[aria-label="${CSS.escape(label)}"]`);
  old.replaceChildren(...body);
  for (const [label, left] of scrolled) find(label)?.scrollTo({left, behavior: 'instant'});
  if (focused !== null) (find(focused) ?? byId('part')).focus({preventScroll: true});
}

byId('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  const name = byId('name').value.trim();
  try {
    await enter(await logIn(name, byId('password').value));
    announce('Logged in.');
  } catch (error) {
    const wrong = error.code === 'unauthorized' ? 'Name or password is wrong.' : inOneLine(error);
    byId('password-error').textContent = error.retryAfter ? `${wrong} Try again in ${error.retryAfter} s.` : wrong;
    byId('password-error').hidden = false;
    byId('password').select();
  }
});
byId('logout').addEventListener('click', async () => {
  try {
    await logOut();
    showLogin('');
    announce('Logged out.');
  } catch (error) {
    alarm(inOneLine(error));
  }
});
addEventListener('hashchange', () => {
  if (byId('board').hidden) return;
  show();
  byId('part').focus({preventScroll: true});
});
addEventListener('unhandledrejection', (event) => alarm(`The page has a fault: ${event.reason?.message ?? event.reason}`));
begin();
