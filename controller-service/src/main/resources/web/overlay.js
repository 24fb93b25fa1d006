/** Lines of several runs, taken together or against one of them. */

import {LINES} from './chart.js';

const finite = (value) => Number.isFinite(value);

/** How far each line is from one of them, at the epochs that both have. */
export function againstBaseline(lines, baseline) {
  const at = new Map(baseline.epochs.map((epoch, index) => [epoch, baseline.values[index]]));
  return lines.map((line) => {
    const both = line.epochs.map((epoch, index) => [epoch, line.values[index] - at.get(epoch)]).filter(([, value]) => finite(value));
    return {...line, epochs: both.map(([epoch]) => epoch), values: both.map(([, value]) => value)};
  });
}

function spread(lines) {
  const byEpoch = new Map();
  for (const {epochs, values} of lines) {
    epochs.forEach((epoch, index) => finite(values[index]) && byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), values[index]]));
  }
  const epochs = [...byEpoch.keys()].sort((a, b) => a - b);
  const over = (measure) => epochs.map((epoch) => measure(byEpoch.get(epoch)));
  return {
    epochs,
    mean: over((values) => values.reduce((a, b) => a + b) / values.length),
    least: over((values) => Math.min(...values)),
    most: over((values) => Math.max(...values)),
  };
}

/** For each value of a label the mean of its runs, and the band from their least to their most. */
export function grouped(lines, label) {
  const groups = new Map();
  for (const line of lines) {
    const value = line.run.labels?.[label] ?? 'without';
    groups.set(value, [...(groups.get(value) ?? []), line]);
  }
  const result = {lines: [], bands: []};
  [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).forEach(([value, members], at) => {
    const {epochs, mean, least, most} = spread(members);
    const colour = LINES[at % LINES.length];
    const name = `${label}=${value} (${members.length})`;
    result.lines.push({name, epochs, values: mean, colour});
    if (members.length > 1) {
      result.bands.push([result.lines.length + 1, result.lines.length + 2]);
      result.lines.push({name: `${name} most`, epochs, values: most, colour, width: 0.6},
        {name: `${name} least`, epochs, values: least, colour, width: 0.6});
    }
  });
  return result;
}
