// What the events say, and when it is drawn.
const page = {
  rows: new Rows(byID('rows'), byID('axis'), byID('told')),
  curves: {
    rate: new Curve(byID('rate-plot'), 'Calls a second', [{ column: 1, colour: '--s0', fill: true }], shortNumber),
    flight: new Curve(byID('flight-plot'), 'Calls in flight',
      [{ column: 2, colour: '--s2', fill: true }, { column: 3, colour: '--s1', dash: [6, 4], gaps: true }], shortNumber),
    times: new Curve(byID('times-plot'), 'How long recent calls took', [
      { column: 4, colour: '--s0', gaps: true }, { column: 5, colour: '--s1', gaps: true },
      { column: 6, colour: '--s3', gaps: true }], (v) => (v === 0 ? '0' : secondsText(v))),
  },
  points: [],
  last: null,
  isPaused: false,
  spokenAt: -Infinity,
  drawnAt: -Infinity,
};

function take(e) {
  const { rows } = page;
  if (e.about) {
    rows.clear();
    rows.keeps = e.about.keeps;
    page.task = e.about.task;
    put('task', e.about.task);
    put('where', e.about.where);
    byID('command-card').hidden = e.about.command === '';
    put('command', e.about.command);
    showFailures([]);
  }
  page.points.length = Math.min(page.points.length, e.from);
  page.points.push(...(e.points || []));
  rows.take(e);
  page.last = e;
  // Tables come when they have changed only, so they are shown also while the page is paused.
  if (e.failures) showFailures(e.failures);
  if (e.workers) showWorkers(e.workers, e.more);
  if (e.over) end(e);
  if ((!page.isPaused || e.over) && !document.hidden) draw();
}

function draw() {
  const e = page.last;
  if (!e) return;
  showFigures(e);
  showAuto(e.auto);
  page.rows.draw();
  page.rows.canvas.setAttribute('aria-label', `Calls of the last ${page.rows.keeps} seconds in ` +
    `${countText(page.rows.lanes, 'slot', 'slots')}. Left and right go from call to call.`);
  if (performance.now() - page.drawnAt > 450 || e.over) { // curves over the whole job change slowly
    page.drawnAt = performance.now();
    for (const curve of Object.values(page.curves)) curve.show(page.points);
    page.curves.rate.say(`${rateText(e.rate)} now`);
    page.curves.flight.say(`${byID('in-flight').textContent} now`);
    page.curves.times.say(`p50 ${byID('p50').textContent}, p99 ${byID('p99').textContent}`);
  }
  document.title = (e.over ? 'Over' : e.total > 0 ? Math.floor(100 * e.done / e.total) + ' %' : e.done.toLocaleString('en')) +
    ' · ' + page.task;
  speak(e);
}

// speak tells a screen reader where the job stands, four times a minute.
function speak(e) {
  if (!e.over && e.at - page.spokenAt < 15) return;
  page.spokenAt = e.at;
  const left = e.left >= 0 ? `, ${clockText(e.left)} left` : '';
  put('spoken', e.over ? 'The job is over.' : `${countText(e.done, 'call', 'calls')} done, ${e.failed} failed${left}`);
}

function end(e) {
  stream.end();
  document.documentElement.classList.add('over');
  byID('result').hidden = false;
  byID('result').classList.toggle('failures', e.failed > 0);
  put('over', e.over);
  byID('pause').hidden = true;
  status('over', 'The job is over');
}

byID('pause').addEventListener('click', () => {
  page.isPaused = !page.isPaused;
  byID('pause').setAttribute('aria-pressed', String(page.isPaused));
  if (!page.isPaused) draw();
});
const redraw = () => {
  draw();
  for (const curve of Object.values(page.curves)) curve.recolour();
};
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
document.addEventListener('visibilitychange', () => { if (!document.hidden && !page.isPaused) draw(); });
const stream = new Stream(take);
