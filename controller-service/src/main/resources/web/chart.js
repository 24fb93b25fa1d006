/** One chart: lines over epochs, with what happened drawn over them. */

import {h} from './dom.js';
import {number} from './format.js';
import {smoothed} from './series.js';

export const LINES = ['#2f7be0', '#d9822b', '#2e9e6b', '#8a63d2', '#c94f6d', '#4a9fb5', '#9a8a2f', '#6b7a90', '#b06ab3', '#5b8c3e'];

export const css = (name) => {
  // A custom property is only resolved where it is used as a colour.
  const probe = h('i', {hidden: true});
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
};

const faded = (colour, share) => `color-mix(in srgb, ${colour} ${share} %, transparent)`.replace(' %', '%');

/** Values that an axis can show: a logarithmic one has no place for zero and below. */
const showable = (values, log) => values.map((value) =>
  value === undefined ? undefined : Number.isFinite(value) && (!log || value > 0) ? value : null);

/** A line for each power of ten is enough. */
const wholeDecades = (u, ticks) => ticks.map((tick) => (Number.isInteger(Math.round(1e6 * Math.log10(tick)) / 1e6) ? tick : null));

/** Puts lines with epochs of their own onto one axis. */
export function aligned(lines) {
  return lines.length === 0 ? [[]]
    : uPlot.join(lines.map(({epochs, values}) => [epochs, values]));
}

function bands(u, stages, lastEpoch) {
  const colours = {reorganisation: '--warn-soft', consolidation: '--violet-soft', stability: '--good-soft'};
  stages.forEach(({name, epoch}, at) => {
    const from = Math.max(u.bbox.left, u.valToPos(epoch, 'x', true));
    const to = Math.min(u.bbox.left + u.bbox.width, u.valToPos(stages[at + 1]?.epoch ?? lastEpoch, 'x', true));
    if (to > from) {
      u.ctx.fillStyle = css(colours[name]);
      u.ctx.fillRect(from, u.bbox.top, to - from, u.bbox.height);
    }
  });
}

/** Vertical lines with words beside them, on as many levels as they need. */
function marks(u, all) {
  const {ctx, bbox} = u;
  const ends = [];
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  for (const {epoch, text, colour, dash} of [...all].sort((a, b) => a.epoch - b.epoch)) {
    const x = Math.round(u.valToPos(epoch, 'x', true));
    if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) continue;
    const ink = css(colour);
    ctx.strokeStyle = ink;
    ctx.lineWidth = 1.4 * devicePixelRatio;
    ctx.setLineDash((dash ?? []).map((length) => length * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.setLineDash([]);
    const width = ctx.measureText(text).width + 8 * devicePixelRatio;
    const flip = x + width > bbox.left + bbox.width;
    const start = flip ? x - width : x;
    let level = ends.findIndex((end) => end < start);
    if (level < 0) level = ends.length;
    ends[level] = start + width;
    ctx.fillStyle = ink;
    ctx.textAlign = flip ? 'right' : 'left';
    ctx.textBaseline = 'top';
    ctx.fillText(text, x + (flip ? -4 : 4) * devicePixelRatio, bbox.top + (3 + 14 * level) * devicePixelRatio);
  }
}

function dots(u, points) {
  for (const {epoch, value, colour} of points) {
    if (!(value > 0) && u.scales.y.distr === 3) continue;
    const x = u.valToPos(epoch, 'x', true);
    const y = u.valToPos(value, 'y', true);
    if (x < u.bbox.left || x > u.bbox.left + u.bbox.width || y < u.bbox.top || y > u.bbox.top + u.bbox.height) continue;
    u.ctx.beginPath();
    u.ctx.arc(x, y, 4 * devicePixelRatio, 0, 2 * Math.PI);
    u.ctx.strokeStyle = css(colour);
    u.ctx.lineWidth = 2 * devicePixelRatio;
    u.ctx.stroke();
  }
}

export class Chart {
  #u;
  #options;
  #told = false;
  element;

  /**
   * @param options title, height, sync (charts with the same key share cursor and zoom), onZoom(from, to), onCursor(index),
   *     onFocus(index of line)
   */
  constructor(options) {
    this.#options = options;
    this.element = h('div', {class: 'plot'});
    this.resized = new ResizeObserver(() => this.#u && this.#u.setSize(this.#size()));
    this.resized.observe(this.element);
  }

  #size() {
    return {width: Math.max(200, this.element.clientWidth), height: this.#options.height ?? 220};
  }

  /**
   * Shows a drawing.
   *
   * @param drawing lines [{name, epochs, values, colour, band?}], log, smoothing, range [from, to], stages, marks, dots, bands
   */
  show(drawing) {
    const shape = JSON.stringify([drawing.log, drawing.smoothing > 0, drawing.format, drawing.bands,
      drawing.lines.map(({name, colour, width}) => [name, colour, width])]);
    this.drawing = drawing;
    const data = this.#data();
    if (this.#u && shape === this.shape) {
      this.#u.batch(() => {
        this.#u.setData(data, false);
        this.#u.setScale('x', this.#range());
      });
      return;
    }
    this.shape = shape;
    this.#u?.destroy();
    this.#u = new uPlot(this.#plot(), data, this.element);
    this.#u.setScale('x', this.#range());
    this.#u.over.addEventListener('dblclick', () => this.#options.onZoom?.(undefined, undefined));
  }

  #range() {
    const [from, to] = this.drawing.range;
    return {min: from, max: Math.max(to, from + 1)};
  }

  #data() {
    const {lines, log, smoothing} = this.drawing;
    const [epochs, ...values] = aligned(lines);
    const raw = values.map((line) => showable(line, log));
    this.aligned = [epochs, ...values];
    return [epochs, ...raw, ...(smoothing > 0 ? values.map((line) => showable(smoothed(line, smoothing), log)) : [])];
  }

  #plot() {
    const {lines, log, smoothing, format = number} = this.drawing;
    const soft = css('--soft');
    const grid = {stroke: css('--line'), width: 1};
    const axis = {stroke: soft, grid, ticks: {...grid, size: 4}, font: '11px system-ui, sans-serif', gap: 4};
    const series = (faint) => lines.map(({name, colour, width, dash}) => ({
      label: name, stroke: faint ? faded(colour, 30) : colour, width: faint ? 1 : (width ?? 1.6), dash, points: {show: false},
      spanGaps: false,
    }));
    return {
      ...this.#size(),
      legend: {show: false},
      padding: [8, 10, 0, 0],
      cursor: {
        sync: this.#options.sync ? {key: this.#options.sync, scales: ['x', null]} : undefined,
        drag: {x: true, y: false, setScale: false},
        focus: {prox: this.#options.onFocus ? 24 : -1},
        points: {size: 6},
      },
      focus: {alpha: this.#options.onFocus ? 0.25 : 1},
      scales: {x: {time: false, auto: false}, y: log ? {distr: 3} : {}},
      axes: [
        {...axis, size: 26, values: (u, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick : ''))},
        {...axis, size: 58, grid: log ? {...grid, filter: wholeDecades} : grid, values: (u, ticks) => ticks.map((tick) => (tick === null ? '' : format(tick)))},
      ],
      series: [{label: 'epoch'}, ...series(smoothing > 0), ...(smoothing > 0 ? series(false) : [])],
      bands: (this.drawing.bands ?? []).map((band) => ({series: band, fill: faded(lines[band[0] - 1].colour, 18)})),
      hooks: {
        drawClear: [(u) => bands(u, this.drawing.stages ?? [], this.drawing.lastEpoch)],
        draw: [(u) => {
          u.ctx.save();
          marks(u, this.drawing.marks ?? []);
          dots(u, this.drawing.dots ?? []);
          u.ctx.restore();
        }],
        setSelect: [(u) => {
          const {left, width} = u.select;
          if (width < 4) return;
          const at = (pixel) => Math.round(u.posToVal(pixel, 'x'));
          u.setSelect({left: 0, width: 0, top: 0, height: 0}, false);
          this.#options.onZoom?.(at(left), at(left + width));
        }],
        setCursor: [(u) => this.#options.onCursor?.(u.cursor.idx)],
        setSeries: [(u, index) => this.#told || this.#options.onFocus?.(index ? (index - 1) % lines.length : undefined)],
      },
    };
  }

  /** Everything shown, as a table of text. */
  csv() {
    const [epochs, ...values] = this.aligned;
    const head = ['epoch', ...this.drawing.lines.map(({name}) => name)];
    const rows = epochs.map((epoch, at) => [epoch, ...values.map((line) => line[at] ?? '')]);
    return [head, ...rows].map((row) => row.join(',')).join('\n') + '\n';
  }

  png() {
    const canvas = this.#u.ctx.canvas;
    const copy = h('canvas', {width: canvas.width, height: canvas.height});
    const ctx = copy.getContext('2d');
    ctx.fillStyle = css('--panel');
    ctx.fillRect(0, 0, copy.width, copy.height);
    ctx.drawImage(canvas, 0, 0);
    return new Promise((resolve) => copy.toBlob(resolve));
  }

  /** Emphasises one line, here as on the charts it is shown on. */
  focus(line) {
    this.#told = true;
    this.#u?.setSeries(line === undefined ? null : line + 1, {focus: true}, false);
    this.#told = false;
  }

  close() {
    this.resized.disconnect();
    this.#u?.destroy();
    this.#u = undefined;
  }
}
