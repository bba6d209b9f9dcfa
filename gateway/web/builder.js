// The page where the maker of a prank edits it. Its address holds the secret slug; without one it
// makes a new prank.

import {whoIsIn} from '/assets/admin_api.js';
import {alarm, announce} from '/assets/announcer.js';
import {copyText} from '/assets/copy.js';
import {byId, el} from '/assets/dom.js';
import {explain, inOneLine} from '/assets/messages.js';
import {changePrank, createPrank, getPrank, orderTriggers, removePrank, removeTrigger} from '/assets/prank_api.js';
import {confirmIn} from '/assets/sheet.js';
import {TriggerForm} from '/assets/trigger_form.js';

const builderSlug = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const MATCH_WORDS = {exact: 'is exactly', word: 'has the words', contains: 'contains'};

let prank = null;
let asked = 0;     // how often the prank was asked for: a slow answer must not replace a later one
let isGone = false;
let turn = Promise.resolve();  // of the changes: each sees what those before it came to
const triggerForm = new TriggerForm(builderSlug, async (id) => {
  await load();
  // The row that had the focus was made anew. Not where another dialog was opened meanwhile.
  if (!byId('sheet').open) rowOf(id)?.querySelector('[data-act=edit]').focus();
});

async function load() {
  const mine = asked += 1;
  byId('missing').hidden = true;
  try {
    const loaded = await getPrank(builderSlug);
    // What admins alone may edit is here because one is logged in; his writes need his token.
    if (loaded.is_admin_only) await whoIsIn();
    if (mine === asked && !isGone) show(loaded);
  } catch (error) {
    if (mine === asked) showMissing(error);
  }
}

const rowOf = (id) => byId('triggers').querySelector(`[data-trigger="${CSS.escape(id)}"]`);

function showMissing(error) {
  const gone = error.code === 'not_found';
  const {title, text} = gone ? {title: 'There is no such prank', text: 'The link is wrong, or it was deleted.'}
    : error.code === 'unauthorized' ? {title: 'Admins alone edit this prank', text: 'Log in at /admin, then come back.'} : explain(error);
  byId('prank').hidden = true;
  byId('missing').hidden = false;
  byId('missing-title').textContent = title;
  byId('missing-text').textContent = text;
  byId('missing-retry').hidden = gone;
}

function show(loaded) {
  // Else what is being typed there stays.
  if (loaded.share_slug !== prank?.share_slug) {
    byId('prank-share_slug').value = loaded.share_slug;
    setError('prank-share_slug', '');
  }
  prank = loaded;
  document.title = `${prank.title} · Prank builder`;
  byId('prank').hidden = false;
  byId('prank-title').value = prank.title;
  byId('address-form').hidden = prank.is_vip;  // everybody knows it
  byId('share-link').value = `${location.origin}/p/${prank.share_slug}`;
  byId('builder-link').value = location.href;
  byId('views').textContent = prank.view_count === 1 ? '1 visit' : `${prank.view_count} visits`;
  byId('made').textContent = `made ${new Date(prank.created_at).toLocaleDateString(undefined, {dateStyle: 'medium'})}`;
  byId('triggers').replaceChildren(...prank.triggers.map(triggerRow));
  byId('no-triggers').hidden = prank.triggers.length > 0;
}

function triggerRow(trigger, index) {
  const name = `“${trigger.phrase}”`;
  const button = (words, label, onclick, disabled = false) => el('button',
    {class: 'quiet', type: 'button', 'data-act': label.toLowerCase(), 'aria-label': `${label} ${name}`, onclick, disabled}, words);
  return el('li', {class: 'trigger panel', 'data-trigger': trigger.id},
    el('img', {src: trigger.thumbnail_url, alt: '', loading: 'lazy'}),
    el('div', {class: 'trigger-words'},
      el('span', {class: 'hint'}, `A prompt that ${MATCH_WORDS[trigger.match] ?? trigger.match}`),
      el('strong', {dir: 'auto'}, trigger.phrase)),
    el('div', {class: 'trigger-actions'},
      button('↑', 'Move up', () => move(trigger, -1), index === 0),
      button('↓', 'Move down', () => move(trigger, 1), index === prank.triggers.length - 1),
      button('Edit', 'Edit', () => triggerForm.open(trigger)),
      button('Delete', 'Delete', () => remove(trigger))));
}

async function move(trigger, by) {
  await attempt(async () => {
    const ids = prank.triggers.map(({id}) => id);
    const index = ids.indexOf(trigger.id);
    if (index < 0 || index + by < 0 || index + by >= ids.length) return;
    [ids[index], ids[index + by]] = [ids[index + by], ids[index]];
    await orderTriggers(builderSlug, ids);
    await load();
    const row = rowOf(trigger.id);
    (row?.querySelector(`[data-act="move ${by < 0 ? 'up' : 'down'}"]:not(:disabled)`) ?? row?.querySelector('button:not(:disabled)'))?.focus();
    announce(`Now number ${index + by + 1}.`);
  });
}

async function remove(trigger) {
  const sure = await confirmIn('Delete this trigger?', `“${trigger.phrase}” will be drawn like anything else.`, 'Delete');
  if (!sure) return;
  await attempt(async () => {
    await removeTrigger(builderSlug, trigger.id);
    await load();
    byId('add').focus();
    announce('Deleted.');
  });
}

async function removeAll() {
  const sure = await confirmIn('Delete this prank?', 'Its page, its triggers and their pictures go for good.', 'Delete');
  if (!sure) return;
  await attempt(async () => {
    await removePrank(builderSlug);
    isGone = true;
    showMissing({code: 'not_found'});
    announce('Deleted.');
  });
}

async function saveTitle(event) {
  event.preventDefault();
  await told('prank-title', async () => {
    await changePrank(builderSlug, {title: byId('prank-title').value.trim()});
    await load();
    announce('Saved.');
  });
}

// Links that were given away lead nowhere then, so that it is asked about.
async function saveAddress(event) {
  event.preventDefault();
  const shareSlug = byId('prank-share_slug').value.trim();
  if (shareSlug === prank.share_slug) return setError('prank-share_slug', '');
  const mayBeOne = /^[a-z0-9][a-z0-9-]+[a-z0-9]$/.test(shareSlug);  // else the server says what is wrong
  const text = `Links to /p/${prank.share_slug} that you gave away lead nowhere then.`;
  if (mayBeOne && !await confirmIn('Change the address?', text, 'Change it')) return;
  await told('prank-share_slug', async () => {
    await changePrank(builderSlug, {share_slug: shareSlug});
    await load();
    announce('The address was changed.');
  });
}

async function create(event) {
  event.preventDefault();
  const title = byId('new-title').value.trim();
  const shareSlug = byId('new-share_slug').value.trim();
  setError('new-title', title === '' ? 'A title is needed.' : '');
  setError('new-share_slug', '');
  if (title === '') return byId('new-title').focus();
  await told((error) => (/slug/.test(error.message) || error.code === 'conflict' ? 'new-share_slug' : 'new-title'), async () => {
    const made = await createPrank(shareSlug === '' ? {title} : {title, share_slug: shareSlug});
    location.assign(`/builder/${made.builder_slug}`);
  });
}

// Runs `work`; what goes wrong is told beside `field`, an id or what gives one for an error.
async function told(field, work) {
  try {
    await work();
    if (typeof field === 'string') setError(field, '');
  } catch (error) {
    const id = typeof field === 'string' ? field : field(error);
    setError(id, error.code === 'conflict' ? 'This address is taken already.' : error.message);
    byId(id).focus();
  }
}

async function attempt(work) {
  const mine = turn.then(work);
  turn = mine.catch(() => {});
  try {
    await mine;
  } catch (error) {
    alarm(inOneLine(error));
    await confirmIn('That did not work', inOneLine(error), null);
  }
}

function setError(id, text) {
  const message = byId(`${id}-error`);
  message.textContent = text;
  message.hidden = text === '';
  byId(id).toggleAttribute('aria-invalid', text !== '');
  if (text !== '') byId(id).setAttribute('aria-invalid', 'true');
}

function copy(id, button) {
  const input = byId(id);
  return copyText(input.value, () => input.select(), button);
}

byId('title-form').addEventListener('submit', saveTitle);
byId('address-form').addEventListener('submit', saveAddress);
byId('new-form').addEventListener('submit', create);
byId('add').addEventListener('click', () => triggerForm.open(null));
byId('remove').addEventListener('click', removeAll);
byId('missing-retry').addEventListener('click', load);
byId('copy-share').addEventListener('click', (event) => copy('share-link', event.currentTarget));
byId('copy-builder').addEventListener('click', (event) => copy('builder-link', event.currentTarget));
addEventListener('unhandledrejection', (event) => alarm(`The page has a fault: ${event.reason?.message ?? event.reason}`));

if (builderSlug === '') byId('new-form').hidden = false;
else load();
