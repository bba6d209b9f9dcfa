// A finished generation: its pictures, all that made it, and what one can do with it.

import {el} from '/assets/dom.js';
import {STATUS_WORDS, explain} from '/assets/messages.js';
import {clock} from '/assets/progress.js';

const LONG_PROMPT = 400;

function sizeOf(record) {
  const made = `${record.width} × ${record.height}`;
  const asked = `${record.requested_width} × ${record.requested_height}`;
  return record.requested_width && asked !== made ? `${made} (${asked} asked for)` : made;
}

function durationOf(record) {
  if (record.duration_seconds === null || record.duration_seconds === undefined) return null;
  const stages = (record.seconds ?? []).map(({stage, seconds}) => `${stage} ${seconds.toFixed(1)}`).join(', ');
  const total = record.duration_seconds < 60 ? `${record.duration_seconds.toFixed(1)} s` : clock(record.duration_seconds);
  return stages ? `${total} (${stages})` : total;
}

function dateOf(record) {
  const date = new Date(record.created_at);
  return Number.isNaN(date.getTime()) ? null
    : date.toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'short'});
}

// A prompt of any length and script: its direction is its own, and a long one scrolls.
function words(text) {
  const long = text.length > LONG_PROMPT;
  return el('span', {
    class: long ? 'words long' : 'words', dir: 'auto', tabindex: long ? 0 : null,
    role: long ? 'region' : null, 'aria-label': long ? 'Long text' : null,
  }, text);
}

function code(text) {
  return text ? el('code', {title: text}, text.length > 16 ? `${text.slice(0, 16)}…` : text) : null;
}

function number(value) {
  return value === null || value === undefined ? null : String(Number(Number(value).toFixed(3)));
}

function parameters(record) {
  const negative = record.negative_prompt;
  const rows = [
    ['Negative prompt', negative ? words(negative) : negative === '' ? 'empty' : null, 'wide'],
    ['Model', record.model_used],
    ['Size', record.width ? sizeOf(record) : null],
    ['Seed', number(record.seed)],
    ['Steps', number(record.steps)],
    ['Guidance', number(record.guidance)],
    ['Sampler', record.sampler],
    ['Made', dateOf(record), 'wide'],
    ['Time', durationOf(record), 'wide'],
    ['Fingerprint', code(record.fingerprint)],
    ['ID', code(record.generation_id)],
  ].filter(([, value]) => value);
  return el('dl', {class: 'parameters'}, ...rows.map(([name, value, kind]) =>
    el('div', {class: kind ?? null}, el('dt', {}, name), el('dd', {}, value))));
}

function trouble({error, message}) {
  const {title, text, detail} = explain({code: error, message});
  return el('div', {class: 'trouble'}, el('strong', {}, title),
    text ? el('p', {}, text) : null, detail ? el('p', {class: 'problem', dir: 'auto'}, detail) : null);
}

function picture(record, index, onOpen) {
  const image = el('img', {
    src: record.image_urls[index], alt: pictureName(record, index), width: record.width, height: record.height,
  });
  if (!onOpen) return el('a', {class: 'picture', href: record.image_urls[index], target: '_blank', rel: 'noopener'}, image);
  return el('button', {class: 'picture', type: 'button', onclick: () => onOpen(record)}, image);
}

// For those who cannot see the picture, the prompt says best what it shows.
export function pictureName(record, index = 0) {
  const prompt = record.prompt.length > 200 ? `${record.prompt.slice(0, 200)}…` : record.prompt;
  return record.image_urls.length > 1 ? `Picture ${index + 1} for: ${prompt}` : prompt;
}

function fileName(record, index) {
  const seed = record.seed ?? record.generation_id;
  return record.image_urls.length > 1 ? `easel-${seed}-${index + 1}.png` : `easel-${seed}.png`;
}

function download(record, index) {
  const label = record.image_urls.length > 1 ? `Download ${index + 1}` : 'Download';
  return el('a', {class: 'button', href: record.image_urls[index], download: fileName(record, index)}, label);
}

function useAsStart(record, index, actions) {
  const label = record.image_urls.length > 1 ? `Start from ${index + 1}` : 'Use as start picture';
  return el('button', {class: 'button', type: 'button', onclick: () => actions.startFrom(record.image_urls[index])}, label);
}

// `actions`: {reuse(record), startFrom(url), open(record)}; without `open`, pictures open in a tab
// of their own.
export function resultView(record, actions) {
  const urls = record.image_urls ?? [];
  const each = urls.map((url, index) => index);
  return el('div', {class: 'result', 'data-status': record.status},
    urls.length > 0
      ? el('div', {class: urls.length > 1 ? 'pictures several' : 'pictures'}, ...each.map((index) => picture(record, index, actions.open)))
      : record.error ? null : el('p', {class: 'no-picture'}, STATUS_WORDS[record.status] ?? 'No picture'),
    el('div', {class: 'about'},
      el('p', {class: 'prompt'}, words(record.prompt)),
      record.error ? trouble(record.error) : null,
      ...(record.warnings ?? []).map((text) => el('p', {class: 'warning', dir: 'auto'}, text)),
      parameters(record),
      el('div', {class: 'actions'},
        el('button', {class: 'button', type: 'button', onclick: () => actions.reuse(record)}, 'Use these settings'),
        ...each.map((index) => useAsStart(record, index, actions)),
        ...each.map((index) => download(record, index)))));
}
