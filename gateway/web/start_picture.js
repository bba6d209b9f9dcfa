// The picture to start from: chosen, dropped anywhere, pasted, or taken from the history. Dispatches
// `change`.

import {getPicture} from '/assets/api.js';
import {announce} from '/assets/announcer.js';
import {byId} from '/assets/dom.js';

const TYPES = new Set(['image/png', 'image/jpeg', 'image/webp']);
// The request takes 40 MiB, and base64 adds a third.
const MOST_BYTES = 28 * 1024 * 1024;

function readDataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

// A picture of this server that was dragged from the page itself.
function draggedUrl(transfer) {
  const prefix = `${location.origin}/static/generations/`;
  const text = transfer.getData('text/uri-list').split('\n')[0].trim();
  return text.startsWith(prefix) ? text : null;
}

export class StartPicture extends EventTarget {
  dataUrl = null;
  width = 0;
  height = 0;
  #file = byId('start-file');
  #picture = byId('start-picture');
  #strength = byId('strength');
  #showError;
  #usable = true;
  #dragDepth = 0;

  // `showError(text)` tells beside the field; '' takes it back.
  constructor(showError) {
    super();
    this.#showError = showError;
    this.#file.addEventListener('change', () => this.#takeFile(this.#file.files[0]));
    byId('start-remove').addEventListener('click', () => {
      this.clear();
      announce('Removed the picture to start from.');
      this.#file.focus();
    });
    this.#strength.addEventListener('input', () => this.#showStrength());
    this.#showStrength();
    document.addEventListener('paste', (event) => this.#paste(event));
    this.#listenForDrops();
  }

  get strength() {
    return Number(this.#strength.value);
  }

  // Whether the chosen model can start from a picture.
  set usable(usable) {
    this.#usable = usable;
    this.#file.disabled = !usable;
    byId('drop').classList.toggle('off', !usable);
    byId('drop-text').textContent = usable ? 'Choose, drop or paste one' : 'This model starts from words only';
    if (!usable && this.dataUrl) this.clear();
  }

  clear() {
    this.dataUrl = null;
    this.#file.value = '';
    this.#picture.removeAttribute('src');
    byId('start').hidden = true;
    byId('drop').hidden = false;
    this.dispatchEvent(new Event('change'));
  }

  // A picture that the server holds. Throws ApiError.
  async takeUrl(url) {
    await this.#take(await getPicture(url), 'From the history');
  }

  async #takeFile(file) {
    if (file) await this.#take(file, file.name);
  }

  async #take(blob, name) {
    if (!this.#usable) return this.#showError('This model cannot start from a picture.');
    if (!TYPES.has(blob.type)) return this.#showError('Only PNG, JPEG and WebP pictures can be used.');
    if (blob.size > MOST_BYTES) return this.#showError('This picture has more than 28 MB; a smaller one is needed.');
    const dataUrl = await readDataUrl(blob);
    this.#picture.src = dataUrl;
    try {
      await this.#picture.decode();
    } catch {
      this.clear();
      return this.#showError('This file is damaged, or no picture.');
    }
    this.#showError('');
    this.dataUrl = dataUrl;
    this.width = this.#picture.naturalWidth;
    this.height = this.#picture.naturalHeight;
    byId('start-name').textContent = `${name} · ${this.width} × ${this.height}`;
    byId('start').hidden = false;
    byId('drop').hidden = true;
    announce('The next picture starts from the one that was given.');
    this.dispatchEvent(new Event('change'));
  }

  #showStrength() {
    byId('strength-value').textContent = `${Math.round(this.strength * 100)} %`;
  }

  #paste(event) {
    const file = [...(event.clipboardData?.files ?? [])].find((candidate) => candidate.type.startsWith('image/'));
    if (!file) return;
    event.preventDefault();
    this.#take(file, 'Pasted');
  }

  #listenForDrops() {
    const carries = ({dataTransfer: {types}}) => types.includes('Files') || types.includes('text/uri-list');
    const curtain = byId('curtain');
    document.addEventListener('dragenter', (event) => {
      if (!carries(event)) return;
      this.#dragDepth += 1;
      curtain.hidden = false;
    });
    document.addEventListener('dragleave', (event) => {
      if (!carries(event)) return;
      this.#dragDepth = Math.max(0, this.#dragDepth - 1);
      curtain.hidden = this.#dragDepth === 0;
    });
    document.addEventListener('dragover', (event) => {
      if (carries(event)) event.preventDefault();
    });
    document.addEventListener('drop', (event) => this.#drop(event));
  }

  async #drop(event) {
    this.#dragDepth = 0;
    byId('curtain').hidden = true;
    const url = draggedUrl(event.dataTransfer);
    const file = event.dataTransfer.files[0];
    if (!url && !file) return;
    event.preventDefault();
    if (file && !url) return this.#takeFile(file);
    try {
      await this.takeUrl(url);
    } catch (error) {
      this.#showError(`The picture could not be read: ${error.message}`);
    }
  }
}
