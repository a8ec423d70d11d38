'use strict';
// Line charts: of an experiment's methods, of one row.

const { uPlot, quadtree } = globalThis.vendor;

// Okabe and Ito 2008, without the yellow that fades on white and the black that fades on black.
const LINES = ['#0a86d1', '#e0661c', '#00a37a', '#d07aac', '#dd9a10', '#7f7fdd', '#8a8f94'];
const lineColour = i => LINES[i % LINES.length];
const lineDash = i => [[], [7, 4], [2, 3], [9, 3, 2, 3]][Math.floor(i / LINES.length) % 4];

// Sides of a chart, as uPlot counts them.
const RIGHT = 1, BELOW = 2, LEFT = 3;

// uPlot's range but for a curve that never moves, which gets a tenth on both sides: of 1 uPlot would show 0 to 2.
function rangeOf(chart, low, high) {
  if (low === null) return [null, null];
  const margin = Math.abs(low) / 10 || 1;
  return low === high ? [low - margin, low + margin] : uPlot.rangeNum(low, high, 0.1, true);
}

// A chart over epochs in `box`: lines are [{name, values, low, high, scale}], low and high the ends of a band or absent;
// scale 'right' is the second title's. The legend has a button for each line. `scales` is uPlot's.
function drawLines(box, legend, epochs, lines, titles, scales = {}) {
  box.replaceChildren();
  const quiet = colourOf('--quiet'), grid = colourOf('--line');
  const data = [epochs], series = [{}], bands = [], first = [];
  lines.forEach((line, i) => {
    first.push(series.length);
    const colour = lineColour(i), scale = line.scale || 'y';
    data.push(line.values);
    series.push({ stroke: colour, dash: lineDash(i), width: 2, scale, points: { show: epochs.length < 2 } });
    if (!line.low) return;
    bands.push({ series: [series.length, series.length + 1], fill: colour + '22' });
    data.push(line.high, line.low);
    for (let k = 0; k < 2; k++) series.push({ stroke: 'transparent', width: 0, scale, points: { show: false } });
  });
  const axis = (scale, label, side) => ({ scale, label, side, stroke: quiet, grid: { stroke: side === RIGHT ? 'transparent' : grid, width: 1 },
    ticks: { stroke: grid, width: 1 }, labelSize: 20, size: side === BELOW ? 30 : 50, font: '12px system-ui', labelFont: '12px system-ui' });
  const axes = [{ ...axis('x', 'epoch', BELOW), incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000] }, axis('y', titles[0], LEFT)];
  if (titles[1]) axes.push(axis('right', titles[1], RIGHT));
  const chart = new uPlot({ width: Math.max(box.clientWidth, 200), height: 300, series, bands, axes, legend: { show: false },
    scales: { x: { time: false }, y: { range: rangeOf }, ...(titles[1] && { right: { range: rangeOf } }), ...scales }, cursor: { drag: { x: true, y: false } } }, data, box);
  legend.replaceChildren(...lines.map((line, i) => {
    const button = element('button', null, { type: 'button', 'aria-pressed': 'true' });
    const swatch = element('span', null, { class: 'swatch' });
    swatch.style.background = lineColour(i);
    button.append(swatch, line.name);
    button.onclick = () => {
      const shown = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', shown);
      for (let k = 0; k < (line.low ? 3 : 1); k++) chart.setSeries(first[i] + k, { show: shown });
    };
    return button;
  }));
}

// [[column, title]] of the metrics that some epoch has.
function metrics() {
  const learning = keep('learning'), rows = Array.from({ length: learning.rows }, (_, row) => row);
  return Object.keys(learning).filter(name => name + '_sd' in learning && rows.some(row => learning[name](row) !== null))
    .map(name => [name, name.replaceAll('_', ' ')]);
}

// Bands of more curves would hide each other.
const BANDS_MAX = 6;

const dataOf = run => `${run.title}, ${run.model}`;

// Rows of the matrix `learning` by curve.
function learningRows() {
  const learning = keep('learning'), rows = new Map();
  for (let i = 0; i < learning.rows; i++) {
    const curve = learning.curve(i);
    if (!rows.has(curve)) rows.set(curve, []);
    rows.get(curve).push(i);
  }
  return rows;
}

function drawLearning() {
  if (!byId('learning-chart')) return;
  const learning = keep('learning'), rows = learningRows();
  const data = byId('learning-data').value, metric = byId('learning-metric').value;
  const shown = new Map(runs.filter(run => dataOf(run) === data && rows.has(run.curve)).map(run => [run.curve, run.curve_name]));
  const epochs = unique([...shown.keys()].flatMap(curve => rows.get(curve).map(learning.epoch))).sort((a, b) => a - b);
  const place = new Map(epochs.map((epoch, i) => [epoch, i]));
  const lines = [...shown].map(([curve, name]) => {
    const line = { name, values: Array(epochs.length).fill(null), low: Array(epochs.length).fill(null), high: Array(epochs.length).fill(null), runs: 0 };
    for (const row of rows.get(curve)) {
      const at = place.get(learning.epoch(row)), mean = learning[metric](row), sd = learning[metric + '_sd'](row);
      line.values[at] = mean;
      line.low[at] = mean === null || sd === null ? null : mean - sd;
      line.high[at] = mean === null || sd === null ? null : mean + sd;
      line.runs = Math.max(line.runs, learning.runs(row));
    }
    return line;
  });
  const banded = lines.length <= BANDS_MAX && lines.some(line => line.low.some(value => value !== null));
  const drawn = banded ? lines : lines.map(({ name, values }) => ({ name, values }));
  const title = byId('learning-metric').selectedOptions[0].textContent;
  drawLines(byId('learning-chart'), byId('learning-legend'), epochs, drawn, [title]);
  byId('learning-note').textContent = banded
    ? 'Mean over the splits; the band is one standard deviation over the splits, which overlap.'
    : lines.some(line => line.runs > 1) ? 'Mean over the splits; for more than six curves without bands.' : '';
  const last = list => list.findLast(value => value !== null);
  byId('learning-table').replaceChildren(table([
    { name: 'curve', text: line => line.name },
    { name: title, number: true, text: line => number(last(line.values)) },
    { name: 'one sd below', number: true, text: line => number(last(line.low)) },
    { name: 'one sd above', number: true, text: line => number(last(line.high)) },
    { name: 'runs', number: true, text: line => number(line.runs) },
  ], lines));
}

function startLearning() {
  if (metrics().length === 0) {
    byId('learning').replaceChildren(element('h2', 'Learning curves'), element('p', 'No epoch yet.'));
    return;
  }
  fill(byId('learning-data'), unique(runs.map(dataOf)).map(name => [name, name]));
  fill(byId('learning-metric'), metrics());
  byId('learning-data').onchange = byId('learning-metric').onchange = drawLearning;
  drawLearning();
}
