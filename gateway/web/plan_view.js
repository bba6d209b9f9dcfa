// A model's memory plan, in words first and as a table for who wants it.

import {bytesText} from '/assets/bytes.js';
import {el} from '/assets/dom.js';
import {table} from '/assets/table.js';

const PLACEMENTS = {
  resident: 'stays', whole: 'while its stage runs', stream_host: 'streams from memory', stream_disk: 'streams from disk',
};

function sizeText({width, height}) {
  return width && height ? `${width} × ${height}` : 'the model’s own size';
}

function budgetText({budget_bytes: bytes, budget_is_set: isSet, device}) {
  if (isSet) return `the budget of ${bytesText(bytes)}`;
  return device === 'cpu' ? `this machine’s ${bytesText(bytes)}` : `the ${bytesText(bytes)} of ${device}`;
}

function secondsText({seconds_per_step: step}) {
  if (step === null) return '';
  return step < 0.01 ? ', less than 0.01 s a step' : `, about ${step.toFixed(2)} s a step`;
}

function verdict(plan) {
  if (plan.fits) return `Fits: ${sizeText(plan)} takes ${bytesText(plan.peak_bytes)} of ${budgetText(plan)}${secondsText(plan)}.`;
  return `Does not fit: ${sizeText(plan)} would take ${bytesText(plan.peak_bytes)}, more than ${budgetText(plan)}.`;
}

function bounds(plan) {
  const largest = plan.largest_side === null ? 'No size of picture fits.' : `Up to ${plan.largest_side} × ${plan.largest_side} fits.`;
  return `${largest} ${plan.budget_is_set ? 'The' : 'With a budget, the'} least that does is ${bytesText(plan.smallest_budget_bytes)}.`;
}

function details({key, plan}, open) {
  if (plan.components.length === 0) return null;
  const view = el('details', {open: open.has(key)},
    el('summary', {}, 'Where the weights lie'),
    table([
      ['Part', ({name}) => name], ['Weights', ({placement}) => PLACEMENTS[placement] ?? placement],
      ['In place', ({blocks, resident_blocks: there}) => (blocks ? `${there} of ${blocks} blocks` : '–')],
      ['Holds', ({bytes}) => bytesText(bytes)], ['Of', ({total_bytes: bytes}) => bytesText(bytes)],
      ['Format', ({format}) => format],
    ], plan.components, ''));
  view.addEventListener('toggle', () => (view.open ? open.add(key) : open.delete(key)));
  return view;
}

// `open` has the keys of the models whose table is unfolded, and is kept up to date.
export function planView(model, open) {
  const {plan, plan_problem: problem} = model;
  if (plan === null) return problem === null || problem === model.problem ? null : el('p', {class: 'hint'}, `No plan: ${problem}`);
  return el('div', {class: 'plan'},
    el('p', {class: plan.fits ? 'verdict' : 'verdict bad'}, verdict(plan)),
    el('p', {}, plan.words),
    el('p', {}, bounds(plan)),
    plan.helps.length === 0 ? null : el('ul', {class: 'helps'}, ...plan.helps.map((help) => el('li', {}, help))),
    details(model, open));
}
