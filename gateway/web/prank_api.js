// The routes of pranks (docs/rest_api.md). Failures are ApiErrors, as in api.js.

import {ANSWER_MS, getJson, send, sendJson} from '/assets/api.js';

const PICTURE_MS = 180_000;

const visitorPath = (shareSlug) => `/api/pranks/${encodeURIComponent(shareSlug)}`;
const builderPath = (builderSlug) => `/api/pranks/builder/${encodeURIComponent(builderSlug)}`;
const triggerPath = (builderSlug, id) => `${builderPath(builderSlug)}/triggers/${id}`;

// What a visitor may know of it; counts a view.
export const visitPrank = (shareSlug) => getJson(visitorPath(shareSlug));

// → the answer whose body is the stream of events.
export function askPrank(shareSlug, body, signal) {
  return send(`${visitorPath(shareSlug)}/generate`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json', 'Accept': 'text/event-stream'},
    body: JSON.stringify(body),
    signal,
  });
}

export const createPrank = (body) => sendJson('POST', '/api/pranks', body);
export const getPrank = (builderSlug) => getJson(builderPath(builderSlug));
export const changePrank = (builderSlug, change) => sendJson('PATCH', builderPath(builderSlug), change);
export const removePrank = (builderSlug) =>
  send(builderPath(builderSlug), {method: 'DELETE', signal: AbortSignal.timeout(ANSWER_MS)});

export const addTrigger = (builderSlug, trigger) => sendJson('POST', `${builderPath(builderSlug)}/triggers`, trigger, PICTURE_MS);
export const changeTrigger = (builderSlug, id, change) => sendJson('PATCH', triggerPath(builderSlug, id), change, PICTURE_MS);
export const removeTrigger = (builderSlug, id) =>
  send(triggerPath(builderSlug, id), {method: 'DELETE', signal: AbortSignal.timeout(ANSWER_MS)});
export const orderTriggers = (builderSlug, ids) => sendJson('PUT', `${builderPath(builderSlug)}/triggers/order`, {ids});
