// Who is logged in, and from where.

import {endSession, getSessions} from '/assets/admin_api.js';
import {announce} from '/assets/announcer.js';
import {confirmIn} from '/assets/sheet.js';
import {actButton, table, when} from '/assets/table.js';

export class SessionsPart {
  title = 'Sessions';
  #refresh;

  constructor(refresh) {
    this.#refresh = refresh;
  }

  async render() {
    const {items} = await getSessions();
    return {body: [table([
      ['Admin', ({name}) => name],
      ['Since', ({created_at: at}) => when(at)],
      ['Last use', ({used_at: at}) => when(at)],
      ['Ends', ({expires_at: at}) => when(at)],
      ['From', ({address}) => address],
      ['Browser', ({user_agent: agent}) => agent],
      ['', (session) => (session.current ? 'this one' : actButton('End', `End the session of ${session.name} from ${session.address}`, () => this.#end(session))), 'end'],
    ], items, 'Nobody is logged in.')]};
  }

  async #end(session) {
    if (!await confirmIn('End this session?', `${session.name} from ${session.address} has to log in again.`, 'End it')) return;
    await endSession(session.id);
    announce('Ended.');
    await this.#refresh();
  }
}
