// The page: its parts, and who tells whom.

import {alarm} from '/assets/announcer.js';
import {getGeneration} from '/assets/api.js';
import {Detail} from '/assets/detail.js';
import {byId, scrollTo} from '/assets/dom.js';
import {setFieldError} from '/assets/field_errors.js';
import {Form} from '/assets/form.js';
import {Gallery} from '/assets/gallery.js';
import {Jobs} from '/assets/jobs.js';
import {inOneLine} from '/assets/messages.js';
import {ModelChoice} from '/assets/model_choice.js';
import {fraction} from '/assets/progress.js';
import {StartPicture} from '/assets/start_picture.js';
import {StatusLine} from '/assets/status_line.js';

// By then the worker has a new generation, and the status line tells of it.
const ARRIVAL_MS = 400;
const MODELS_AGAIN_MS = 5000;
const RUNNING = new Set(['queued', 'running']);

const models = new ModelChoice();
const startPicture = new StartPicture((text) => setFieldError('image', text));
const status = new StatusLine();
const gallery = new Gallery(open);
const jobs = new Jobs({reuse, startFrom, open, blame: (message) => form.blame(message)}, afterwards);
const form = new Form(models, startPicture, start);
const detail = new Detail(gallery, {reuse, startFrom});

function start(body) {
  jobs.start(body);
  setTimeout(() => status.ask(), ARRIVAL_MS);
}

function open(record) {
  if (!RUNNING.has(record.status)) return detail.show(record);
  const {prompt, requested_width: width, requested_height: height} = record;
  jobs.follow(record.generation_id, {prompt, width, height}).element.focus({preventScroll: true});
}

function reuse(record) {
  form.reuse(record);
}

async function startFrom(url) {
  try {
    await startPicture.takeUrl(url);
    scrollTo(byId('start-field'), 'center');
    byId('strength').focus({preventScroll: true});
  } catch (error) {
    setFieldError('image', inOneLine(error));
  }
}

// Whatever became of it, the history has its record now; a refused request has none.
async function afterwards(generation) {
  status.ask();
  if (generation.record) {
    form.offerSeed(generation.record.seed);
    gallery.put({status: 'done', error: null, ...generation.record});
    return;
  }
  try {
    gallery.put(await getGeneration(generation.id));
  } catch {
    // The card tells what went wrong.
  }
}

async function loadModels() {
  try {
    await models.load();
    setFieldError('engine', '');
  } catch (error) {
    if (models.loaded) return;
    setFieldError('engine', `The list of models could not be read. ${inOneLine(error)}.`);
    setTimeout(loadModels, MODELS_AGAIN_MS);
  }
}

function showInTitle() {
  const running = jobs.running;
  const share = running && fraction(running);
  document.title = share === null ? 'easel' : `${Math.round(share * 100)} % · easel`;
}

addEventListener('unhandledrejection', (event) => alarm(`The page has a fault: ${event.reason?.message ?? event.reason}`));
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  gallery.refresh();
  loadModels();
});
status.addEventListener('back', loadModels);
setInterval(showInTitle, 1000);

jobs.rejoin();
gallery.refresh();
loadModels();
status.start();
