// The page of a prank as a visitor sees it: an image maker. Whether a picture was drawn or chosen
// by the maker, it comes the same way.

import {alarm, announce} from '/assets/announcer.js';
import {byId, el, scrollTo} from '/assets/dom.js';
import {setFieldError} from '/assets/field_errors.js';
import {Generation, newRequestId} from '/assets/generation.js';
import {explain, inOneLine} from '/assets/messages.js';
import {askPrank, visitPrank} from '/assets/prank_api.js';
import {announcement, fraction, phaseText} from '/assets/progress.js';

const MOST_CODE_POINTS = 4096;
const MOST_ANSWERS = 24;

const shareSlug = decodeURIComponent(location.pathname.split('/').at(-1));
const form = byId('form');
const answers = byId('answers');

async function visit() {
  byId('missing').hidden = true;
  try {
    const prank = await visitPrank(shareSlug);
    byId('title').textContent = document.title = prank.title;
    form.hidden = false;
  } catch (error) {
    showMissing(error);
  }
}

function showMissing(error) {
  const gone = error.code === 'not_found';
  const {title, text} = gone ? {title: 'Nothing is here', text: 'The address is wrong, or the page was taken down.'} : explain(error);
  form.hidden = true;
  byId('missing').hidden = false;
  byId('missing-title').textContent = title;
  byId('missing-text').textContent = text;
  byId('missing-retry').hidden = gone;
}

function ask(event) {
  event.preventDefault();
  const prompt = byId('prompt').value.trim();
  if ([...prompt].length > MOST_CODE_POINTS) return setFieldError('prompt', 'This is too long: 4096 characters are the most.');
  if (prompt === '') {
    setFieldError('prompt', 'Say what the picture should show.');
    return byId('prompt').focus();
  }
  setFieldError('prompt', '');
  const request = {prompt, request_id: newRequestId()};
  const generation = Generation.start(request, (body, signal) => askPrank(shareSlug, body, signal));
  const card = el('article', {class: 'panel answer', tabindex: -1, 'aria-label': prompt.slice(0, 200)});
  answers.prepend(card);
  while (answers.childElementCount > MOST_ANSWERS) answers.lastElementChild.remove();
  follow(generation, card);
  scrollTo(card);
}

function follow(generation, card) {
  const image = el('img', {alt: '', hidden: true});
  const phase = el('p', {class: 'phase'});
  const bar = el('progress', {max: 1, 'aria-label': 'Progress'});
  card.append(
    el('div', {class: 'preview'}, image), el('p', {class: 'prompt clamped', dir: 'auto'}, generation.request.prompt), phase, bar,
    el('div', {class: 'actions'},
      el('button', {class: 'button', type: 'button', onclick: () => generation.cancel().catch((error) => alarm(inOneLine(error)))}, 'Cancel')));
  let said = '';
  const show = () => {
    phase.textContent = phaseText(generation);
    const share = fraction(generation);
    if (share === null) bar.removeAttribute('value');
    else bar.value = share;
    image.hidden = generation.preview === null;
    if (generation.preview) image.src = generation.preview;
    if (announcement(generation) !== said) announce(said = announcement(generation));
  };
  generation.addEventListener('change', show);
  generation.addEventListener('end', () => end(generation, card));
  show();
}

function end(generation, card) {
  const hadFocus = card.contains(document.activeElement);
  const {record, error, request: {prompt}} = generation;
  card.replaceChildren(...(record ? picture(record, prompt) : trouble(error, prompt)));
  if (hadFocus) card.focus();
  if (record) announce('The picture is ready.');
  else if (error.code === 'cancelled') announce('Cancelled.');
  else alarm(inOneLine(error));
}

function picture(record, prompt) {
  return [
    el('img', {class: 'answer-picture', src: record.image_url, alt: prompt.slice(0, 200)}),
    el('p', {class: 'prompt clamped', dir: 'auto'}, prompt),
    el('div', {class: 'actions'}, el('a', {class: 'button', href: record.image_url, download: 'picture.png'}, 'Download')),
  ];
}

function trouble(error, prompt) {
  const {title, text, retry} = explain(error);
  const again = () => {
    byId('prompt').value = prompt;
    form.requestSubmit();
  };
  return [
    el('h2', {}, title), text ? el('p', {}, text) : null, el('p', {class: 'prompt clamped', dir: 'auto'}, prompt),
    el('div', {class: 'actions'}, retry ? el('button', {class: 'button', type: 'button', onclick: again}, 'Try again') : null),
  ].filter(Boolean);
}

form.addEventListener('submit', ask);
byId('prompt').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
byId('missing-retry').addEventListener('click', visit);
addEventListener('unhandledrejection', (event) => alarm(`The page has a fault: ${event.reason?.message ?? event.reason}`));
visit();
