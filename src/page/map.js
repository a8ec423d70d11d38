'use strict';
// The data map of one run, and the row that is chosen on it.

const MARGIN = { left: 46, right: 12, top: 8, bottom: 34 };
const BINS = 6; // of correctness, as many as colours --c0 to --c5
const REACH = 24; // pixels from a point at which it is still meant

const PARTS = ['train', 'test', 'meta']; // as numbers in the summary

const map = { run: null, summary: null, classes: [], shown: [], order: [], tree: null, chosen: -1, walk: -1 };

const bin = correctness => Math.min(BINS - 1, Math.floor((correctness ?? 0) * BINS));

function scales() {
  const canvas = byId('map-canvas');
  const width = canvas.clientWidth - MARGIN.left - MARGIN.right, height = canvas.clientHeight - MARGIN.top - MARGIN.bottom;
  return {
    x: row => MARGIN.left + width * map.summary.p_true_sd(row) / map.spread,
    y: row => MARGIN.top + height * (1 - map.summary.p_true_mean(row)),
    width, height,
  };
}

function drawAxes(context, scale) {
  const { width, height } = scale;
  context.font = '12px system-ui, sans-serif';
  context.strokeStyle = colourOf('--line');
  context.fillStyle = colourOf('--quiet');
  context.lineWidth = 1;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (let i = 0; i <= 5; i++) {
    const y = Math.round(MARGIN.top + height * (1 - i / 5)) + .5;
    context.beginPath();
    context.moveTo(MARGIN.left, y);
    context.lineTo(MARGIN.left + width, y);
    context.stroke();
    context.fillText((i / 5).toFixed(1), MARGIN.left - 6, y);
  }
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (let i = 0; i <= 5; i++)
    context.fillText(number(map.spread * i / 5, 2), MARGIN.left + width * i / 5, MARGIN.top + height + 4);
  context.fillText('variability (sd of p_true over the epochs)', MARGIN.left + width / 2, MARGIN.top + height + 18);
  context.save();
  context.translate(8, MARGIN.top + height / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = 'middle';
  context.fillText('confidence (mean p_true)', 0, 0);
  context.restore();
}

function drawMap() {
  const canvas = byId('map-canvas'), scale = scales(), ratio = globalThis.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  drawAxes(context, scale);
  const count = map.shown.length, size = count > 20000 ? 1.8 : count > 2000 ? 3 : count > 500 ? 4.5 : 6;
  context.globalAlpha = count > 20000 ? .45 : count > 500 ? .7 : .85;
  // The many that are easy first, so that they do not cover the hard ones.
  for (let colour = BINS - 1; colour >= 0; colour--) {
    context.fillStyle = colourOf('--c' + colour);
    for (const row of map.shown)
      if (bin(map.summary.correctness(row)) === colour)
        context.fillRect(scale.x(row) - size / 2, scale.y(row) - size / 2, size, size);
  }
  context.globalAlpha = 1;
  for (const [row, width] of [[map.walk, 1.5], [map.chosen, 2.5]]) {
    if (row < 0 || !map.shown.includes(row)) continue;
    context.strokeStyle = colourOf('--mark');
    context.lineWidth = width;
    context.beginPath();
    context.arc(scale.x(row), scale.y(row), 7, 0, 2 * Math.PI);
    context.stroke();
  }
}

const className = place => place === null ? null : map.classes[place] ?? String(place);

const featureNames = () => parseClean(map.run.feature_names);

function featuresOf(row) {
  const features = map.run.features_of > 0 ? keep('features-' + map.run.features_of) : null;
  if (!features) return [];
  const names = featureNames(), width = map.run.features;
  return Array.from({ length: width }, (_, i) => [names[i] ?? String(i), features.value(row * width + i)]);
}

// Lines of pixels, 0 to 255, of a row that is an image; or null.
function pixelsOf(row) {
  const pictures = map.run.pictures_of > 0 ? picturesOf(map.run.pictures_of) : null;
  if (pictures) return pictures(map.summary.instance_id(row));
  const width = Math.sqrt(map.run.features);
  if (map.run.features_of === 0 || !Number.isInteger(width) || featureNames()[0] !== 'pixel_0') return null;
  return { width, pixels: featuresOf(row).map(([, value]) => 255 * value) };
}

// The row as a picture, if it is one.
function pictureOf(row) {
  const found = pixelsOf(row);
  if (!found) return null;
  const { width, pixels } = found, height = pixels.length / width;
  const canvas = element('canvas', null, { class: 'picture', width, height, role: 'img', 'aria-label': `picture of ${width} x ${height} pixels` });
  const context = canvas.getContext('2d'), image = context.createImageData(width, height);
  pixels.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  context.putImageData(image, 0, 0);
  return canvas;
}

// What the tip and the screen reader say of a row.
function wordsOf(row) {
  const s = map.summary, predicted = className(s.predicted(row)), named = className(s.class(row));
  const lines = [`row ${number(s.instance_id(row))} (line ${number(s.source_line(row))}), ${PARTS[s.part(row)]}`,
    predicted === named ? `class ${named}, predicted so` : `class ${named}, predicted ${predicted ?? '\u2013'}`,
    `confidence ${number(s.p_true_mean(row))}, variability ${number(s.p_true_sd(row))}, right in ${percent(s.correctness(row))} % of the epochs`];
  const features = pixelsOf(row) ? [] : featuresOf(row);
  lines.push(...features.slice(0, 8).map(([name, value]) => `${name} ${number(value)}`));
  if (features.length > 8) lines.push(`and ${features.length - 8} features more`);
  return lines.join('\n');
}

function showTip(row) {
  const tip = byId('tip'), canvas = byId('map-canvas');
  tip.hidden = row < 0;
  if (row < 0) return;
  tip.replaceChildren(wordsOf(row), pictureOf(row) ?? '');
  const scale = scales(), x = scale.x(row), y = scale.y(row);
  tip.style.left = Math.max(0, Math.min(x + 12, canvas.clientWidth - tip.offsetWidth)) + 'px';
  tip.style.top = (y + 14 + tip.offsetHeight > canvas.clientHeight ? Math.max(0, y - tip.offsetHeight - 10) : y + 14) + 'px';
}

function nearest(event) {
  const box = byId('map-canvas').getBoundingClientRect();
  const found = map.tree.find(event.clientX - box.left, event.clientY - box.top, REACH);
  return found === undefined ? -1 : found;
}

// The curves of a row: probability of its class, difficulty.
function drawRowCurves(row, box, legend) {
  const epochs = keep('epochs-' + map.run.run_id), series = keep('series-' + map.run.run_id);
  const at = epoch => epoch * map.summary.rows + row;
  const values = name => Array.from({ length: epochs.rows }, (_, epoch) => series[name](at(epoch)));
  drawLines(box, legend, Array.from({ length: epochs.rows }, (_, i) => epochs.epoch(i)),
    [{ name: 'p_true, left', values: values('p_true') }, { name: 'difficulty, right', values: values('difficulty'), scale: 'right' }],
    ['p_true', 'difficulty'], { y: { range: [0, 1] }, right: { range: (chart, low, high) => [0, Math.max(1.2, 1.05 * high)] } });
}

function showRow(row) {
  const box = byId('row');
  map.chosen = row;
  box.replaceChildren();
  if (row < 0) return;
  const s = map.summary;
  box.append(element('h3', `Row ${number(s.instance_id(row))} of ${map.run.title}: ${className(s.class(row))}, predicted ${className(s.predicted(row)) ?? '\u2013'}`));
  const legend = element('div', null, { class: 'legend' }), chart = element('div', null, { class: 'chart', id: 'row-chart' });
  box.append(legend, chart);
  if (map.run.stride > 0) drawRowCurves(row, chart, legend);
  else chart.replaceWith(element('p', 'Only the last epoch of this run is recorded: it has no curves.'));
  const measures = [['source line', s.source_line], ['part', at => PARTS[s.part(at)]], ['mean p_true', s.p_true_mean],
    ['sd of p_true', s.p_true_sd], ['correctness', s.correctness], ['mean loss', s.mean_loss], ['AUM', s.aum], ['EL2N', s.el2n], ['GraNd', s.grand],
    ['difficulty', s.difficulty], ['weight', s.weight], ['forgetting events', s.forgetting_events], ['first learned', s.first_learned],
    ['unlearned epochs', s.unlearned_epochs]].map(([name, value]) => [name, value(row)]);
  const pairs = [{ name: 'measure', text: ([name]) => name }, { name: 'value', number: true, text: ([, value]) => number(value) }];
  const columns = element('div', null, { class: 'columns' });
  columns.append(table(pairs, measures), pictureOf(row) ?? '');
  const features = pixelsOf(row) ? [] : featuresOf(row);
  const tall = element('div', null, { class: 'tall', tabindex: '0' });
  tall.append(table([{ ...pairs[0], name: 'feature' }, pairs[1]], features));
  if (features.length > 0) columns.append(tall);
  box.append(columns);
}

function choose(row, scroll) {
  showRow(row);
  map.walk = row;
  drawMap();
  if (scroll && row >= 0) byId('map').scrollIntoView();
}

// The next row in the order of hardness.
function walk(step) {
  const at = map.order.indexOf(map.walk);
  const next = at < 0 ? 0 : Math.max(0, Math.min(map.order.length - 1, at + step));
  if (map.order.length === 0) return;
  map.walk = map.order[next];
  drawMap();
  showTip(map.walk);
  byId('map-live').textContent = wordsOf(map.walk);
}

const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

function startMap() {
  const canvas = byId('map-canvas');
  canvas.onpointermove = event => showTip(nearest(event));
  canvas.onpointerleave = () => showTip(-1);
  canvas.onclick = event => choose(nearest(event), false);
  canvas.onblur = () => showTip(-1);
  canvas.onkeydown = event => {
    if (event.key in KEYS) walk(KEYS[event.key]);
    else if (event.key === 'Enter') choose(map.walk, false);
    else return;
    event.preventDefault();
  };
  byId('map-legend').append('right in', ...Array.from({ length: BINS }, (_, colour) => {
    const label = element('span'), swatch = element('span', null, { class: 'swatch' });
    swatch.style.background = `var(--c${colour})`;
    label.append(swatch, `${Math.round(100 * colour / BINS)}\u2013${Math.round(100 * (colour + 1) / BINS)} %`);
    return label;
  }), 'of the epochs');
}

// Where the rows lie, for the mouse; again whenever the canvas or what it shows has changed.
function layMap() {
  const scale = scales();
  map.tree = quadtree(map.shown, scale.x, scale.y);
  byId('tip').hidden = true;
  drawMap();
}

function describePictures() {
  const pictured = map.run.pictures_of > 0 ? keep('pictured-' + map.run.pictures_of).rows : map.summary.rows;
  if (pictured === map.summary.rows) return '';
  return pictured > 0 ? ` The ${pictured} hardest have their picture.` : ' Without pictures: the files of the images were not found (--data-dir).';
}

function describeMap() {
  const bands = [[.8, 1.01], [.6, .8], [.4, .6], [.2, .4], [0, .2]];
  const thirds = [0, 1, 2].map(i => [map.spread * i / 3, map.spread * (i + 1) / 3]);
  const within = (value, [low, high], last) => value >= low && (value < high || last);
  const counted = bands.map(band => ({ band, counts: thirds.map((third, i) => map.shown.filter(row =>
    within(map.summary.p_true_mean(row), band) && within(map.summary.p_true_sd(row), third, i === 2)).length) }));
  byId('map-table').replaceChildren(table([
    { name: 'confidence', text: ({ band }) => `${band[0].toFixed(1)} to ${Math.min(band[1], 1).toFixed(1)}` },
    ...thirds.map((third, i) => ({ name: `variability ${number(third[0], 1)} to ${number(third[1], 1)}`, number: true, text: ({ counts }) => String(counts[i]) })),
  ], counted, 'Rows by confidence and variability'));
  const kind = map.shown.length === map.summary.rows ? '' : ` of ${map.summary.rows}`;
  byId('map-count').textContent = `${map.shown.length}${kind} rows.${describePictures()}`;
  byId('map-canvas').setAttribute('aria-label', `Data map of ${map.run.title}, ${map.run.model}, ${map.run.curve_name}: ${map.shown.length} rows. A table follows.`);
}
