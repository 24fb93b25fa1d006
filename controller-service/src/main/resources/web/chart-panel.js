/** A chart with its title, its list of series and its menu. */

import {Chart, LINES} from './chart.js';
import {h, replace, save} from './dom.js';
import {number} from './format.js';
import {extremes, SIGNALS} from './series.js';

export class ChartPanel {
  #hidden;
  #drawing;

  /** @param options of the chart, and name (of files), title, log, hidden (names), onLog(log), onHidden(names) */
  constructor(options) {
    this.options = options;
    this.log = options.log;
    this.#hidden = new Set(options.hidden);
    this.chart = new Chart({...options, onCursor: (index) => this.#values(index)});
    this.scale = h('button', {type: 'button', class: 'quiet', title: 'Logarithmic scale (l)', onclick: () => this.setLog(!this.log)}, 'log');
    this.list = h('table', {class: 'series'});
    this.element = h('section', {class: 'chart panel', 'aria-label': options.title},
      h('header', {}, h('h2', {}, options.title), options.note && h('span', {class: 'note'}, options.note),
        h('div', {class: 'tools'}, this.scale,
          h('button', {type: 'button', class: 'quiet', title: 'Save what is shown as a table', onclick: () => this.#csv()}, 'CSV'),
          h('button', {type: 'button', class: 'quiet', title: 'Save the chart as a picture', onclick: () => this.#png()}, 'PNG'))),
      this.chart.element, this.list);
  }

  setLog(log) {
    this.log = log;
    this.options.onLog?.(log);
    this.show(this.#drawing);
  }

  /** @param drawing of the chart, all lines, without colours */
  show(drawing) {
    this.#drawing = drawing;
    this.element.hidden = drawing.lines.length === 0;
    if (this.element.hidden) return;
    this.scale.setAttribute('aria-pressed', this.log);
    const lines = drawing.lines.map((line, at) => ({...line, colour: line.colour ?? LINES[at % LINES.length]}));
    this.shown = lines.filter(({name}) => !this.#hidden.has(name));
    this.chart.show({...drawing, lines: this.shown, log: this.log});
    this.chart.element.setAttribute('role', 'img');
    this.chart.element.setAttribute('aria-label', `${this.options.title}: ` + this.shown.map((line) =>
      `${line.name} from ${number(line.values[0])} to ${number(line.values.at(-1))}`).join(', ')
      + (drawing.marks ?? []).map(({epoch, text}) => `; epoch ${epoch}: ${text}`).join(''));
    replace(this.list,
      h('thead', {}, h('tr', {}, ['Series', 'At cursor', 'Last', 'Least', 'Most'].map((title) => h('th', {scope: 'col'}, title)))),
      h('tbody', {}, lines.map((line) => this.#row(line))));
    this.#values();
  }

  #row(line) {
    const {min, max, last} = extremes(line.values);
    const hidden = this.#hidden.has(line.name);
    const swatch = h('span', {class: 'swatch'});
    swatch.style.background = hidden ? 'transparent' : line.colour;
    swatch.style.borderColor = line.colour;
    return h('tr', {class: hidden ? 'off' : undefined},
      h('th', {scope: 'row'}, h('button', {
        type: 'button', class: 'quiet', 'aria-pressed': !hidden, title: line.title ?? SIGNALS[line.name] ?? 'Show or hide',
        onclick: () => this.#toggle(line.name),
      }, swatch, line.name)),
      h('td', {class: 'at', 'data-name': line.name}), h('td', {}, number(last)), h('td', {}, number(min)), h('td', {}, number(max)));
  }

  #toggle(name) {
    if (!this.#hidden.delete(name)) this.#hidden.add(name);
    this.options.onHidden?.([...this.#hidden]);
    this.show(this.#drawing);
    [...this.list.querySelectorAll('td.at')].find((cell) => cell.dataset.name === name)?.closest('tr').querySelector('button').focus();
  }

  #values(index) {
    for (const cell of this.list.querySelectorAll('td.at')) {
      const line = this.shown?.findIndex(({name}) => name === cell.dataset.name) ?? -1;
      const value = line < 0 || index === undefined || index === null ? undefined : this.chart.aligned[line + 1][index];
      cell.textContent = value === undefined || value === null ? '' : number(value);
    }
  }

  #csv() {
    save(`${this.options.name}.csv`, new Blob([this.chart.csv()], {type: 'text/csv'}));
  }

  async #png() {
    save(`${this.options.name}.png`, await this.chart.png());
  }

  close() {
    this.chart.close();
  }
}
