// What went wrong, in words for somebody who cannot see the server: {title, text, retry}.

const WORDS = {
  unreachable: ['The gateway does not answer', 'Nothing was started. Check that easel runs and that you are online.'],
  worker_unavailable: ['The worker is down', 'Pictures cannot be made until it is back. Those made before are still in the history.'],
  worker_lost: ['The worker ended', ''],
  queue_full: ['The queue is full', 'Many pictures wait already.'],
  too_many_streams: ['Too many pages are open', 'This address follows too many generations at once. Close some pages and try again.'],
  out_of_memory: ['Not enough memory', 'The picture did not fit. A smaller size or fewer pictures at once need less.'],
  model_missing: ['The model is not installed', ''],
  bad_weights: ['The model is damaged', ''],
  inference_failed: ['The worker failed', 'It stopped while it made this picture.'],
  storage_failed: ['The picture could not be stored', 'The disk of the server is full or read-only.'],
  interrupted: ['Interrupted', 'The gateway ended while this picture was made.'],
  busy: ['The server is busy', 'It has too many requests at once.'],
  deadline: ['It took too long', 'Fewer steps, a smaller size or fewer pictures are faster.'],
  cancelled: ['Cancelled', ''],
  not_found: ['The server does not know it', 'It may have been removed.'],
  too_large: ['That is more than the server takes', 'A picture file may have 18 MB; a smaller one is needed.'],
  invalid_field: ['The server refused a setting', ''],
  unauthorized: ['Not logged in', ''],
  forbidden: ['Not allowed', ''],
  rate_limited: ['Too many requests', ''],
  conflict: ['Already started', 'A generation of this name exists.'],
};
// Their own text says what the title cannot.
const PLAIN = new Set(['cancelled', 'unreachable', 'queue_full', 'too_many_streams', 'too_large']);
const NO_RETRY = new Set(['invalid_field', 'invalid_json', 'too_large', 'model_missing', 'bad_weights', 'not_found']);

export function explain(error) {
  const [title, text] = WORDS[error.code] ?? ['Something went wrong', ''];
  return {
    title,
    text,
    detail: PLAIN.has(error.code) || !error.message ? '' : error.message,
    requestId: PLAIN.has(error.code) ? '' : error.requestId ?? '',
    retry: !NO_RETRY.has(error.code),
  };
}

export const inOneLine = (error) => {
  const {title, text, detail} = explain(error);
  return [title, text, detail].filter(Boolean).map((part) => part.replace(/\.$/, '')).join('. ');
};

export const STATUS_WORDS = {
  queued: 'Waiting', running: 'In work', done: 'Done', failed: 'Failed', cancelled: 'Cancelled',
  interrupted: 'Interrupted',
};
