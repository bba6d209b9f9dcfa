// What admins did, newest first.

import {getAudit} from '/assets/admin_api.js';
import {PagedPart} from '/assets/paged_part.js';
import {shortId, table, when} from '/assets/table.js';

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
      ['On', ({target}) => shortId(target)],
      ['Answer', ({status}) => status],
      ['Request', ({request_id: id}) => shortId(id)],
    ], items, 'Nothing yet.')];
  }
}
