'use strict';
// The sections, and what the choices above them change.

const LISTED = 20; // rows of hardest and of label issues

// The 95 % interval of Wilson 1927 for a share of n.
function wilson(share, n) {
  if (share === null || !n) return null;
  const z = 1.959964, centre = (share + z * z / (2 * n)) / (1 + z * z / n);
  const half = z / (1 + z * z / n) * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return [centre - half, centre + half];
}

function runColumns() {
  return [
    { name: 'run', text: run => String(run.run_id) }, { name: 'data set', text: run => run.title },
    { name: 'model', text: run => run.model }, { name: 'method', text: run => run.method },
    { name: 'split', number: true, text: run => number(run.split_seed) }, { name: 'seed', number: true, text: run => number(run.seed) },
    { name: 'status', text: run => run.status }, { name: 'epochs', number: true, text: run => number(run.epochs) },
    { name: 'train %', number: true, text: run => percent(run.train_accuracy) }, { name: 'test %', number: true, text: run => percent(run.test_accuracy) },
    { name: '95 % interval, these test rows', number: true, text: run => (wilson(run.test_accuracy, run.test_instances) ?? []).map(percent).join(' to ') },
    { name: 'balanced error %', number: true, text: run => percent(run.test_balanced_error) },
  ];
}

// An interval around 0, drawn.
function intervalPicture(low, high, middle, reach) {
  const SVG = 'http://www.w3.org/2000/svg', at = value => 65 + 60 * value / reach;
  const picture = document.createElementNS(SVG, 'svg');
  for (const [key, value] of [['class', 'interval'], ['viewBox', '0 0 130 20'], ['aria-hidden', 'true']]) picture.setAttribute(key, value);
  const draw = (name, attributes) => {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    picture.append(shape);
  };
  draw('line', { x1: 65, x2: 65, y1: 0, y2: 20, stroke: 'var(--line)' });
  draw('line', { x1: at(low), x2: at(high), y1: 10, y2: 10, stroke: 'var(--c5)', 'stroke-width': 3 });
  draw('circle', { cx: at(middle), cy: 10, r: 4, fill: 'var(--c5)' });
  return picture;
}

// A data set as its runs call it.
const titleOf = dataset => runs.find(run => run.dataset === dataset)?.title ?? dataset;

function accuracyTable(report) {
  const models = unique(report.rows.map(row => row.model));
  const lines = new Map(), methods = unique(report.rows.filter(row => row.mean !== null || row.published === null).map(row => row.method));
  for (const row of report.rows) {
    const key = JSON.stringify([row.dataset, row.model]);
    if (!lines.has(key)) lines.set(key, { row, cells: new Map() });
    lines.get(key).cells.set(row.method, row);
  }
  const shown = cell => !cell || cell.mean === null ? '\u2013' : percent(cell.mean) + (cell.sd === null ? '' : ` \u00b1 ${percent(cell.sd)}`);
  const published = unique(report.rows.filter(row => row.published !== null).map(row => row.method));
  return table([
    { name: 'data set', text: ({ row }) => (row.datasets > 1 ? `average of ${row.datasets}` : titleOf(row.dataset)) + (models.length > 1 ? ` (${row.model})` : '') },
    ...methods.map(method => ({ name: method, number: true, text: ({ cells }) => shown(cells.get(method)) })),
    ...published.map(method => ({ name: `published: ${method}`, number: true, text: ({ cells }) => percent(cells.get(method)?.published) })),
  ], [...lines.values()], 'Percent: mean \u00b1 standard deviation over the splits, which overlap');
}

function differencesTable(report) {
  const rows = report.rows.filter(row => typeof row.difference === 'number'), known = rows.filter(row => typeof row.low === 'number');
  if (rows.length === 0) return null;
  const reach = Math.max(1e-9, ...known.flatMap(row => [Math.abs(row.low), Math.abs(row.high)]));
  const made = table([
    { name: 'method', text: row => row.method + (row.model && unique(rows.map(other => other.model)).length > 1 ? ` (${row.model})` : '') },
    { name: `difference to ${rows[0].reference}`, number: true, text: row => signed(row.difference) },
    { name: '95 % for new data', number: true, text: row => typeof row.low === 'number' ? `${signed(row.low)} to ${signed(row.high)}` : null },
    { name: '', text: row => typeof row.low === 'number' ? intervalPicture(row.low, row.high, row.difference, reach) : null },
    { name: 'p (Holm)', number: true, text: row => typeof row.p_holm === 'number' ? row.p_holm < .0005 ? '<0.001' : row.p_holm.toFixed(3) : null },
    { name: 'win/tie/loss', number: true, text: row => [row.wins, row.ties, row.losses].map(count => number(count)).join('/') },
    { name: 'most from one data set', number: true, text: row => row.datasets > 1 ? `${titleOf(row.largest_dataset)} ${signed(row.largest_part)}` : null },
    { name: 'data sets', number: true, text: row => number(row.datasets) }, { name: 'splits', number: true, text: row => number(row.splits) },
  ], rows, report.title + '.');
  return [made, element('p', report.notes.join(' '), { class: 'quiet' })];
}

function drawAccuracy() {
  const accuracy = reportOf('accuracy-table'), differences = reportOf('paired-differences');
  const parts = accuracy ? [accuracyTable(accuracy), ...(differencesTable(differences) ?? [])] : [table(runColumns(), runs)];
  byId('accuracy-tables').replaceChildren(...parts.map(part => {
    if (part.tagName !== 'TABLE') return part;
    const box = element('div', null, { class: 'scroll' });
    box.append(part);
    return box;
  }));
}

// Columns of tables of rows of the data set: which one it is, with a button that shows its curves.
function rowColumns() {
  const s = map.summary;
  return [
    { name: 'row', text: row => {
      const button = element('button', number(s.instance_id(row)), { type: 'button', title: 'show its curves' });
      button.onclick = () => choose(row, true);
      return button;
    } },
    { name: 'line', number: true, text: row => number(s.source_line(row)) }, { name: 'part', text: row => PARTS[s.part(row)] },
    ...(map.order.some(row => pixelsOf(row)) ? [{ name: 'picture', text: pictureOf }] : []),
    { name: 'class', text: row => className(s.class(row)) },
  ];
}

function drawHardest() {
  const s = map.summary;
  byId('hardest-table').replaceChildren(table([
    ...rowColumns(), { name: 'predicted', text: row => className(s.predicted(row)) },
    { name: 'mean p_true', number: true, text: row => number(s.p_true_mean(row)) }, { name: 'mean loss', number: true, text: row => number(s.mean_loss(row)) },
    { name: 'AUM', number: true, text: row => number(s.aum(row)) }, { name: 'difficulty', number: true, text: row => number(s.difficulty(row)) },
    { name: 'right, % of epochs', number: true, text: row => percent(s.correctness(row)) },
    { name: 'forgotten', number: true, text: row => number(s.forgetting_events(row)) },
  ], map.order.slice(0, LISTED), `The hardest of ${map.order.length}`));
}

function drawIssues() {
  const report = reportOf('label-issues-' + map.run.run_id), s = map.summary, shown = new Set(map.shown);
  const place = new Map(Array.from({ length: s.rows }, (_, row) => [s.instance_id(row), row]));
  const issues = new Map(report.rows.filter(issue => issue.model === map.run.model).map(issue => [place.get(issue.instance_id), issue]));
  const found = [...issues.keys()].filter(row => shown.has(row)).slice(0, LISTED), of = name => row => issues.get(row)[name];
  byId('issues-note').textContent = report.notes.join(' ');
  byId('issues-table').replaceChildren(found.length === 0 ? element('p', 'None.') : table([
    ...rowColumns(), { name: 'likely', text: of('likely') },
    { name: 'p_given', number: true, text: row => number(of('p_given')(row)) },
    { name: 'p_likely', number: true, text: row => number(of('p_likely')(row)) },
    { name: 'runs', number: true, text: row => number(of('runs')(row)) },
  ], found, reportOf('accuracy-table') ? 'By the runs of all splits in which the row was in the test part' : 'By this run, rows that it was trained on too'));
}

function drawConfusion() {
  const s = map.summary, classes = map.classes.length, part = byId('part').value;
  const chosen = Array.from({ length: s.rows }, (_, row) => row).filter(row => part === '' || String(s.part(row)) === part);
  const counts = Array.from({ length: classes }, () => Array(classes).fill(0));
  for (const row of chosen)
    if (s.class(row) !== null && s.predicted(row) !== null) counts[s.class(row)][s.predicted(row)]++;
  const made = table([
    { name: 'class, predicted as', text: row => map.classes[row] },
    ...map.classes.map((name, column) => ({ name, number: true, text: row => String(counts[row][column]) })),
  ], counts.map((_, row) => row));
  made.classList.add('confusion');
  [...made.tBodies[0].rows].forEach((line, row) => [...line.cells].slice(1).forEach((cell, column) => {
    const all = counts[row].reduce((a, b) => a + b, 0);
    cell.style.background = `rgba(${colourOf('--heat')}, ${all === 0 ? 0 : .55 * counts[row][column] / all})`;
    if (row === column) cell.classList.add('same');
  }));
  byId('confusion-table').replaceChildren(made);
  byId('confusion-note').textContent = `After the last epoch, ${part === '' ? 'all parts' : `${PARTS[part]} part`}: rows are the class, columns what was predicted.`;
}

function drawClasses() {
  const report = reportOf('run-classes-' + map.run.run_id);
  byId('classes-table').replaceChildren(table([
    { name: 'class', text: row => row.class }, { name: 'part', text: row => row.part },
    { name: 'instances', number: true, text: row => number(row.instances) }, { name: 'right', number: true, text: row => number(row.correct) },
    { name: 'accuracy %', number: true, text: row => percent(row.accuracy) },
    { name: 'share of draws %', number: true, text: row => percent(row.sampling_share) },
    { name: 'weight norm', number: true, text: row => number(row.weight_norm) },
  ], report.rows));
}

function drawSettings() {
  const run = map.run, shown = value => typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
  const pairs = first => [{ name: first, text: ([name]) => name }, { name: 'value', text: ([, value]) => shown(value) }];
  const settings = Object.entries(parseClean(run.settings ?? '{}')).filter(([, value]) => value !== null);
  const isOff = ([, value]) => ['none', 'auto', 0, false].includes(value);
  byId('settings-table').replaceChildren(table(pairs('setting'), settings.filter(setting => !isOff(setting))));
  byId('off-table').replaceChildren(table(pairs('setting'), settings.filter(isOff)));
  byId('provenance-table').replaceChildren(table(pairs('run'), [['run', run.run_id], ['uid', run.run_uid], ['experiment', run.experiment],
    ['data set', run.dataset], ['its sha256', run.dataset_sha256], ['label column', run.label], ['sha256 of the split', run.split_sha256],
    ['status', run.status], ['message', run.message], ['started', run.started_at], ['finished', run.finished_at], ['hardrow', run.hardrow_version],
    ['git commit', run.git_commit], ['BLAS', `${run.blas}, threads: ${run.blas_threads}`], ['compiler', run.compiler], ['host', run.host],
    ['command', run.command]].filter(([, value]) => value !== null)));
}

// What depends on the class and part that are chosen.
function drawSelection() {
  const wanted = byId('class').value, part = byId('part').value, s = map.summary;
  map.shown = [];
  for (let row = 0; row < s.rows; row++)
    if (s.p_true_mean(row) !== null && (wanted === '' || String(s.class(row)) === wanted) && (part === '' || String(s.part(row)) === part))
      map.shown.push(row);
  map.order = [...map.shown].sort((a, b) => s.p_true_mean(a) - s.p_true_mean(b));
  map.spread = Math.max(.05, Math.ceil(20 * map.shown.reduce((most, row) => Math.max(most, s.p_true_sd(row)), 0)) / 20);
  layMap();
  describeMap();
  drawHardest();
  drawIssues();
  drawConfusion();
}

function drawRun() {
  map.run = mapped.find(run => String(run.run_id) === byId('run').value);
  map.summary = keep('summary-' + map.run.run_id);
  map.classes = parseClean(map.run.class_names);
  map.walk = -1;
  fill(byId('class'), [['', 'all classes'], ...map.classes.map((name, i) => [i, name])]);
  const parts = unique(Array.from({ length: map.summary.rows }, (_, row) => map.summary.part(row))).sort();
  fill(byId('part'), [['', 'all parts'], ...parts.map(part => [part, PARTS[part]])]);
  showRow(-1);
  drawSelection();
  drawClasses();
  drawSettings();
}

function drawHead() {
  const names = unique(runs.map(run => run.experiment)), left = runs.filter(run => run.left_out).length;
  const what = reportOf('accuracy-table') && names[0] !== null ? names[0] : runs.length === 1 ? `run ${runs[0].run_id}` : `${runs.length} runs`;
  byId('title').textContent = what;
  document.title = `${what} \u2013 hardrow`;
  byId('subtitle').textContent = `${counted(runs.length, 'run')}, ${counted(unique(runs.map(run => run.dataset)).length, 'data set')}, hardrow ${unique(runs.map(run => run.hardrow_version)).join(', ')}` +
    (left > 0 ? `. Data maps of ${left} runs are left out to keep the page small: --run shows them.` : '');
}

function start() {
  drawHead();
  drawAccuracy();
  startLearning();
  byId('runs-details').ontoggle = () => byId('runs-table').replaceChildren(table(runColumns(), runs));
  if (mapped.length === 0) {
    for (const id of ['map', 'hardest', 'issues', 'confusion', 'classes', 'settings']) byId(id).replaceChildren(element('p', 'No run has instances yet.'));
    return;
  }
  const several = unique(mapped.map(run => run.model)).length > 1;
  fill(byId('run'), mapped.map(run => [run.run_id, `${run.title}${several ? ', ' + run.model : ''}, ${run.method}, split ${run.split_seed} (run ${run.run_id})`]));
  startMap();
  byId('run').onchange = drawRun;
  byId('class').onchange = byId('part').onchange = drawSelection;
  drawRun();
  const again = () => {
    drawLearning();
    layMap();
    showRow(map.chosen);
  };
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth !== width) again();
    width = innerWidth;
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
}

start();
watch();
