// All pranks, the VIP one, and what visitors did.

import {getAnalytics, getPranks, makeVipPrank} from '/assets/admin_api.js';
import {announce} from '/assets/announcer.js';
import {el} from '/assets/dom.js';
import {inOneLine} from '/assets/messages.js';
import {PagedPart} from '/assets/paged_part.js';
import {closeSheet, confirmIn, openSheet} from '/assets/sheet.js';
import {actButton, table, when} from '/assets/table.js';

const link = (href, words) => el('a', {href}, el('bdi', {}, words));

export class PranksPart extends PagedPart {
  title = 'Pranks';

  fetch(cursor) {
    return getPranks(cursor);
  }

  draw(items) {
    return [table([
      ['Title', (prank) => link(`/p/${prank.share_slug}`, prank.title)],
      ['Kind', ({is_vip: vip, is_admin_only: admins}) => (vip ? 'VIP' : admins ? 'admins only' : 'everybody’s')],
      ['Visits', ({view_count: count}) => count],
      ['Triggers', ({trigger_count: count}) => count],
      ['Made', ({created_at: at}) => when(at)],
      ['', (prank) => el('div', {class: 'trigger-actions'},
        el('a', {class: 'quiet', href: `/builder/${prank.builder_slug}`}, 'Edit'),
        actButton('Visitors', `What visitors of ${prank.title} did`, () => this.#look(prank), 'quiet')), 'end'],
    ], items, 'No pranks yet.')];
  }

  actions() {
    return [
      el('a', {class: 'button', href: '/builder'}, 'New prank'),
      el('button', {class: 'button', type: 'button', onclick: () => this.#makeVip()}, 'Make the VIP prank'),
    ];
  }

  async #makeVip() {
    try {
      await makeVipPrank();
      announce('Made.');
      await this.refresh();
    } catch (error) {
      await confirmIn('Not made', error.message || inOneLine(error), null);
    }
  }

  async #look(prank) {
    const {days, prompts, trigger_hits: hits} = await getAnalytics(prank.id);
    const most = Math.max(1, ...days.map(({views}) => views));
    await openSheet(prank.title, [
      el('h3', {}, 'Days'),
      days.length === 0 ? el('p', {class: 'hint'}, 'No visits yet.')
        : el('ul', {class: 'bars'}, ...days.slice(0, 30).map(({day, views, prompts: asked, hits: met}) => el('li', {},
          el('span', {}, day), el('progress', {max: most, value: views, 'aria-label': `Visits on ${day}`}),
          el('span', {class: 'numbers'}, `${views} visits, ${asked} prompts, ${met} met`)))),
      el('h3', {}, 'Triggers'),
      table([['Phrase', ({phrase}) => phrase], ['Met', ({hit_count: count}) => count]], hits, 'No triggers.'),
      el('h3', {}, 'Newest prompts'),
      table([['When', ({created_at: at}) => when(at)], ['Prompt', ({prompt}) => prompt],
        ['', ({trigger_id: id}) => (id === null ? 'drawn' : 'met a trigger')]], prompts.slice(0, 50), 'None yet.'),
      el('div', {class: 'dialog-actions'}, el('button', {class: 'primary', type: 'button', onclick: () => closeSheet()}, 'Close')),
    ]);
  }
}
