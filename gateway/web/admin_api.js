// The admin's routes (docs/rest_api.md). The session is a cookie that this script cannot read; writes
// carry the CSRF token beside it. Failures are ApiErrors, as in api.js.

import {ANSWER_MS, getJson, send, setCsrfToken} from '/assets/api.js';

async function write(method, path, body) {
  const response = await send(path, {
    method,
    headers: body === undefined ? {} : {'Content-Type': 'application/json'},
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  return response.json();
}

function pageOf(path, cursor, more = {}) {
  const query = new URLSearchParams({limit: 50, ...more});
  if (cursor) query.set('cursor', cursor);
  return getJson(`${path}?${query}`);
}

function keep(session) {
  setCsrfToken(session.csrf_token ?? '');
  return session;
}

export const logIn = async (name, password) => keep(await write('POST', '/api/admin/login', {name, password}));
export const logOut = () => write('POST', '/api/admin/logout');
// Who is logged in; `unauthorized` when nobody is.
export const whoIsIn = async () => keep(await getJson('/api/admin/session'));

export const getSessions = () => getJson('/api/admin/sessions');
export const endSession = (id) => write('DELETE', `/api/admin/sessions/${encodeURIComponent(id)}`);

export const getKeys = () => getJson('/api/admin/keys');
export const makeKey = (key) => write('POST', '/api/admin/keys', key);
export const revokeKey = (id) => write('DELETE', `/api/admin/keys/${encodeURIComponent(id)}`);

export const getAudit = (cursor) => pageOf('/api/admin/audit', cursor);

export const getPranks = (cursor) => pageOf('/api/admin/pranks', cursor);
export const makeVipPrank = () => write('POST', '/api/admin/pranks/vip', {});
export const getAnalytics = (id) => getJson(`/api/admin/pranks/${id}/analytics`);

export const stopGeneration = (id) => write('DELETE', `/api/generations/${encodeURIComponent(id)}`);
// `query` has q, status and model; an empty one does not matter.
export const findGenerations = (query, cursor) => pageOf('/api/admin/generations', cursor,
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '')));
export const removeGeneration = (id) => write('DELETE', `/api/admin/generations/${encodeURIComponent(id)}`);
// What waits for its turn, the next one first.
export async function getWaiting() {
  const newestFirst = [];
  let cursor = null;
  do {
    const {items, next} = await pageOf('/api/admin/generations', cursor, {status: 'queued', limit: 100});
    newestFirst.push(...items);
    cursor = next;
  } while (cursor);
  return newestFirst.reverse();
}
export const getPrompts = (cursor) => pageOf('/api/admin/prompts', cursor, {limit: 20});

export const getAdminModels = () => getJson('/api/admin/models');
const modelCall = (verb) => (key) => write('POST', `/api/admin/models/${encodeURIComponent(key)}/${verb}`);
export const loadModel = modelCall('load');
export const unloadModel = modelCall('unload');
