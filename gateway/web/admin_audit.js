// What admins did, newest first.

import {getAudit} from '/assets/admin_api.js';
import {el} from '/assets/dom.js';
import {PagedPart} from '/assets/paged_part.js';
import {shortId, table, when} from '/assets/table.js';

const KINDS = [
  [/sessions/, 'session'], [/keys/, 'key'], [/models/, 'model'], [/pranks/, 'prank'], [/generations/, 'generation'],
  [/login|admin (create|reset)|password/, 'admin'],
];

// The whole of it, with the word for what it is: two generations may begin alike.
function targetOf({action, target}) {
  if (!target) return '–';
  const kind = KINDS.find(([pattern]) => pattern.test(action))?.[1] ?? '';
  return el('span', {}, target.startsWith(`${kind} `) ? '' : `${kind} `, el('bdi', {class: 'target'}, target));
}

export class AuditPart extends PagedPart {
  title = 'Audit log';

  fetch(cursor) {
    return getAudit(cursor);
  }

  draw(items) {
    return [table([
      ['When', ({at}) => when(at)],
      ['Who', ({actor}) => actor],
      ['From', ({address}) => address],
      ['What', ({action}) => action],
      ['On', targetOf],
      ['Answer', ({status}) => status],
      ['Request', ({request_id: id}) => shortId(id)],
    ], items, 'Nothing yet.')];
  }
}
