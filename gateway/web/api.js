// The gateway's REST routes (docs/rest_api.md). Every failure is an ApiError.

import {isAttended} from '/assets/attendance.js';

export const ANSWER_MS = 20_000;

// `code` is the gateway's, or `unreachable` when no answer came at all.
export class ApiError extends Error {
  constructor({code, message, status = 0, requestId = '', retryAfter = null}) {
    super(message);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.retryAfter = retryAfter;  // seconds
  }
}

function retryAfterOf(response) {
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

async function errorOf(response) {
  let body = null;
  try {
    body = await response.json();
  } catch {
    // A proxy in between answers with a page of its own.
  }
  return new ApiError({
    code: typeof body?.error === 'string' ? body.error : 'internal',
    message: typeof body?.message === 'string' ? body.message : `HTTP ${response.status}`,
    status: response.status,
    requestId: body?.request_id ?? response.headers.get('X-Request-Id') ?? '',
    retryAfter: retryAfterOf(response),
  });
}

// Of an admin's session, if there is one; without it a write by cookie counts as nobody's.
let csrfToken = '';

export function setCsrfToken(token) {
  csrfToken = token;
}

export async function send(path, options) {
  const headers = {...options.headers};
  if (csrfToken !== '') headers['X-CSRF-Token'] = csrfToken;
  if (!isAttended()) headers['X-Unattended'] = '1';
  let response;
  try {
    response = await fetch(path, {...options, headers});
  } catch (error) {
    if (options.signal?.aborted && options.signal.reason?.name !== 'TimeoutError') throw error;
    throw new ApiError({code: 'unreachable', message: 'the gateway does not answer'});
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function jsonOf(response) {
  try {
    return await response.json();
  } catch {
    throw new ApiError({code: 'internal', message: 'the answer is not JSON', status: response.status});
  }
}

export async function getJson(path) {
  return jsonOf(await send(path, {cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS)}));
}

// `ms` is for sending too: a picture takes its time.
export async function sendJson(method, path, body, ms = ANSWER_MS) {
  return jsonOf(await send(path, {
    method,
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ms),
  }));
}

const pathOf = (id) => `/api/generations/${encodeURIComponent(id)}`;

export const getStatus = () => getJson('/api/status');
export const getModels = () => getJson('/api/models');
export const getGeneration = (id) => getJson(pathOf(id));

export function getHistory(limit, cursor) {
  const query = new URLSearchParams({limit});
  if (cursor) query.set('cursor', cursor);
  return getJson(`/api/generations?${query}`);
}

// `pass` is what a prank's visitor got with its generation; '' for none.
const withPass = (path, pass) => (pass ? `${path}?${new URLSearchParams({pass})}` : path);

export function cancelGeneration(id, pass = '') {
  return send(withPass(pathOf(id), pass), {method: 'DELETE', signal: AbortSignal.timeout(ANSWER_MS)});
}

// → the answer whose body is the stream of events.
export function startGeneration(body, signal) {
  return send('/api/generate', {
    method: 'POST',
    headers: {'Content-Type': 'application/json', 'Accept': 'text/event-stream'},
    body: JSON.stringify(body),
    signal,
  });
}

export function joinGeneration(id, lastEventId, signal, pass = '') {
  const headers = {'Accept': 'text/event-stream'};
  if (lastEventId) headers['Last-Event-ID'] = lastEventId;
  return send(withPass(`${pathOf(id)}/events`, pass), {headers, cache: 'no-store', signal});
}

// The bytes of a picture that the gateway holds.
export async function getPicture(url) {
  const response = await send(url, {signal: AbortSignal.timeout(ANSWER_MS)});
  return response.blob();
}
