// What was made, newest first.

import {getGenerations} from '/assets/admin_api.js';
import {el} from '/assets/dom.js';
import {STATUS_WORDS} from '/assets/messages.js';
import {PagedPart} from '/assets/paged_part.js';
import {table, when} from '/assets/table.js';

export class GenerationsPart extends PagedPart {
  title = 'Generations';

  fetch(cursor) {
    return getGenerations(cursor);
  }

  draw(items) {
    return [table([
      ['', ({thumbnail_url: url}) => (url ? el('img', {src: url, alt: '', width: 48, height: 48, loading: 'lazy'}) : '–')],
      ['When', ({created_at: at}) => when(at)],
      ['Prompt', ({prompt}) => (prompt.length > 200 ? `${prompt.slice(0, 200)}…` : prompt)],
      ['Model', ({model_used: model}) => model],
      ['State', ({status, error}) => (error && status === 'failed' ? `${STATUS_WORDS[status] ?? status}: ${error.error}` : STATUS_WORDS[status] ?? status)],
      ['Seconds', ({duration_seconds: seconds}) => (seconds === null ? '–' : seconds.toFixed(1)), 'end'],
    ], items, 'Nothing yet.')];
  }
}
