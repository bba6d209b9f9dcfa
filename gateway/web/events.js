// Server-sent events from a fetch body, since EventSource can send neither POST nor a first
// Last-Event-ID. The format is section 9.2.6 of the WHATWG's HTML standard.

// Takes text in pieces of any cut, gives whole events: {event, id, data}.
export class EventParser {
  #rest = '';
  #event = '';
  #data = [];
  #id = '';

  push(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    const events = [];
    for (const line of lines) {
      if (line !== '') {
        this.#field(line);
      } else {
        if (this.#data.length > 0) {
          events.push({event: this.#event || 'message', id: this.#id, data: this.#data.join('\n')});
        }
        this.#event = '';
        this.#data = [];
      }
    }
    return events;
  }

  #field(line) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#event = value;
    if (name === 'data') this.#data.push(value);
    if (name === 'id') this.#id = value;
  }
}

// Yields the events of an answer with their data parsed; null for a piece that held none, so that
// the caller sees the server's sign of life. Ends when the server closes; throws when the
// connection breaks.
export async function* readEvents(response) {
  const parser = new EventParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      const events = parser.push(value);
      if (events.length === 0) yield null;
      for (const event of events) yield {...event, data: JSON.parse(event.data)};
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
