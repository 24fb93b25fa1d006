/** How strong the connections of the connectome were at each epoch, as two images. */

import {listSignatures} from './api.js';
import {h, replace} from './dom.js';
import {number, percent} from './format.js';
import {MEANINGS} from './series.js';

const MOST = 2000;
const STOPS = [[13, 22, 46], [31, 82, 160], [72, 150, 205], [153, 208, 188], [250, 240, 170]];

/** The colour of a correlation, from 0 to 1. */
function colour(value) {
  const at = Math.min(0.999, Math.max(0, value)) * (STOPS.length - 1);
  const low = STOPS[Math.floor(at)];
  const high = STOPS[Math.floor(at) + 1];
  return low.map((part, index) => Math.round(part + (high[index] - part) * (at % 1)));
}

/** An epoch a column, the strongest connections at the top. */
function image(columns) {
  const height = columns[0].quantiles.length;
  const canvas = h('canvas', {width: columns.length, height, class: 'levels'});
  const ctx = canvas.getContext('2d');
  const pixels = ctx.createImageData(columns.length, height);
  columns.forEach(({quantiles}, x) => quantiles.forEach((value, q) => {
    pixels.data.set([...colour(value), 255], 4 * ((height - 1 - q) * columns.length + x));
  }));
  ctx.putImageData(pixels, 0, 0);
  return canvas;
}

function picture(title, meaning, columns) {
  const said = h('span', {class: 'quiet-text'}, meaning);
  const drawn = image(columns);
  const [first, last] = [columns[0], columns.at(-1)];
  const middle = (column) => number(column.quantiles[Math.floor(column.quantiles.length / 2)]);
  drawn.setAttribute('role', 'img');
  drawn.setAttribute('aria-label', `${title}: the median went from ${middle(first)} at epoch ${first.epoch} to ${middle(last)} at epoch ${last.epoch}`);
  drawn.addEventListener('pointermove', (event) => {
    const {left, top, width, height} = drawn.getBoundingClientRect();
    const column = columns[Math.min(columns.length - 1, Math.floor(columns.length * (event.clientX - left) / width))];
    const share = Math.min(1, Math.max(0, 1 - (event.clientY - top) / height));
    said.textContent = `Epoch ${column.epoch}: ${percent(share, 0)} of the ${title.toLowerCase()} are at most ${number(column.quantiles[Math.round(share * (column.quantiles.length - 1))])}`;
  });
  drawn.addEventListener('pointerleave', () => (said.textContent = meaning));
  return h('figure', {}, h('figcaption', {}, said), drawn,
    h('div', {class: 'ends quiet-text'}, h('span', {}, `epoch ${first.epoch}`), h('span', {}, 'above: the strongest, below: the weakest'), h('span', {}, `epoch ${last.epoch}`)));
}

function scale() {
  const canvas = h('canvas', {width: 64, height: 1, class: 'scale', 'aria-hidden': 'true'});
  const ctx = canvas.getContext('2d');
  for (let x = 0; x < 64; x++) {
    ctx.fillStyle = `rgb(${colour(x / 63).join(' ')})`;
    ctx.fillRect(x, 0, 1, 1);
  }
  return h('p', {class: 'actions'}, 'Correlation 0', canvas, '1');
}

/** A place that fills itself. */
export function levels(id) {
  const place = h('div', {class: 'level-pictures'}, h('p', {class: 'quiet-text'}, 'Reading …'));
  listSignatures(id, MOST).then((records) => {
    const columns = (set) => records.filter(({signature}) => signature?.[set]?.quantiles?.length)
      .map(({epoch, signature}) => ({epoch, quantiles: signature[set].quantiles}));
    const [births, deaths] = [columns('births'), columns('deaths')];
    replace(place, births.length === 0 || deaths.length === 0 ? h('p', {class: 'quiet-text'}, 'No levels are recorded.')
      : [scale(), records.length >= MOST && h('p', {class: 'quiet-text'}, `The first ${MOST} snapshots.`), picture('Births', MEANINGS.birth, births), picture('Deaths', MEANINGS.death, deaths)]);
  }).catch((failure) => replace(place, h('p', {}, failure.message)));
  return place;
}
