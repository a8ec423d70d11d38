'use strict';
// A page that is written again while runs are trained reads itself again, and the reader finds it as it was left.

const QUIET = 3000; // milliseconds since the reader last did something
const OLD = 120000; // a page that nobody has written for so long is not read again

const CHOICES = ['learning-data', 'learning-metric', 'run', 'class', 'part'];

function remember() {
  return { choices: CHOICES.map(id => byId(id)?.value ?? null), row: map.chosen < 0 ? null : map.summary.instance_id(map.chosen),
    open: [...document.querySelectorAll('details')].map(one => one.open), focus: document.activeElement?.id ?? '', scroll: scrollY };
}

function recall(state) {
  CHOICES.forEach((id, i) => {
    const select = byId(id), value = state.choices[i];
    if (!select || select.value === value || ![...select.options].some(option => option.value === value)) return;
    select.value = value;
    select.dispatchEvent(new Event('change'));
  });
  for (let row = 0; state.row !== null && map.summary && row < map.summary.rows; row++)
    if (map.summary.instance_id(row) === state.row) choose(row, false);
  document.querySelectorAll('details').forEach((one, i) => { one.open = state.open[i] ?? false; });
  if (state.focus) byId(state.focus)?.focus({ preventScroll: true });
  scrollTo({ top: state.scroll, behavior: 'instant' });
}

function watch() {
  const element = document.getElementById('data-watch');
  if (history.state) recall(history.state);
  history.replaceState(null, '');
  if (!element) return;
  const { written_ms } = JSON.parse(element.textContent);
  let touched = 0;
  for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove']) addEventListener(kind, () => { touched = performance.now(); }, { passive: true });
  byId('watch').textContent = 'Runs are still being trained: this page reads itself again.';
  // The longer it takes to draw, the less often.
  const timer = setInterval(() => {
    if (Date.now() - written_ms > OLD) {
      clearInterval(timer);
      byId('watch').textContent = 'Nobody writes this page any more.';
    } else if (!document.hidden && (touched === 0 || performance.now() - touched > QUIET)) {
      clearInterval(timer);
      history.replaceState(remember(), '');
      location.reload();
    }
  }, Math.max(2000, 5 * performance.now()));
}
