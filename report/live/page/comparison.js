// What the page does, it does when something new comes. Nothing moves by itself, which would take a core's time.
function take(e) {
  const current = e.now && currentRow(e);
  showStanding(e, current);
  showJobs(e.compared, current);
  document.title = (e.over ? 'Over' : current ? nameOf(current) : 'Beginning') + ' · comparison';
  speak(e, current);
  if (e.over) end(e);
}

// currentRow is the one that is measured.
function currentRow(e) {
  const job = e.compared[e.compared.length - 1];
  return job.rows.find((r) => r.strategy === e.now.strategy && (r.atOnce || 0) === e.now.atOnce);
}

function showStanding(e, current) {
  put('strategy', current ? nameOf(current) : 'nothing');
  put('run', e.now ? `${e.now.round} of ${e.now.rounds}` : 'none');
  byID('job-tile').hidden = e.jobs < 2;
  put('job', `${Math.max(1, e.compared.length)} of ${e.jobs}`);
  put('for-this', e.jobs > 1 && !e.over ? ', this job' : '');
  put('left', e.over ? 'over' : e.now && e.now.left > 0 ? `about ${clockText(e.now.left)}` : 'unknown');
  put('elapsed', clockText(e.at));
  put('longest', e.longest > 0 ? clockText(e.longest) : 'unknown');
  put('plan', (e.runs > 0 ? `Up to ${countText(e.runs, 'run', 'runs')} of each strategy.`
    : '6 runs of each strategy, then 12 and 24 while it cannot be told which is the fastest, which takes longer.') +
    ' One that can no longer win is not measured again. All figures are those of the last change of this page.');
}

// JobCard shows a job. Its parts stay where they are, so that whoever reads or scrolls one goes on.
class JobCard {
  constructor(title) {
    this.card = make('section', 'card');
    const heading = make('h2');
    heading.append(make('bdi', '', title));
    this.verdict = make('p', 'verdict');
    this.verdict.dir = 'auto';
    this.times = scrolling('Times of each strategy');
    this.levelsTitle = make('h3', '', 'With other numbers at once');
    this.levels = scrolling('Times with other numbers at once');
    this.note = make('p', 'note');
    this.card.append(heading, this.verdict, this.times, this.levelsTitle, this.levels, this.note);
  }

  show(job, current) {
    const levels = job.rows.filter((r) => r.atOnce > 0).sort((a, b) => a.atOnce - b.atOnce), verdict = job.verdict || '';
    this.verdict.textContent = verdict;
    this.times.replaceChildren(timesTable(job.rows.filter((r) => !r.atOnce), job, current));
    this.levelsTitle.hidden = this.levels.hidden = levels.length === 0;
    this.levels.replaceChildren(timesTable(levels, job, current));
    const early = verdict ? '' : ' Which is the fastest is said in the end: what leads after a few runs may do so by luck.';
    this.note.textContent = `A bar is as long as the median of the runs, each dot is a run; the axis begins at 0.${early}`;
  }
}

const cards = [];
function showJobs(jobs, current) {
  while (cards.length < jobs.length) {
    cards.push(new JobCard(jobs[cards.length].title));
    byID('jobs').append(cards[cards.length - 1].card);
  }
  jobs.forEach((job, i) => cards[i].show(job, current));
}

function scrolling(label) {
  const place = make('div', 'scroll');
  place.tabIndex = 0;
  place.setAttribute('role', 'region');
  place.setAttribute('aria-label', label);
  return place;
}

// speak tells a screen reader when another round begins, and in the end.
let spoken = '';
function speak(e, current) {
  const round = e.now ? `${e.compared.length} ${e.now.round} ${e.now.atOnce}` : '';
  if (round === spoken && !e.over) return;
  spoken = round;
  put('spoken', e.over ? 'The comparison is over.' : current ? `Run ${e.now.round} of ${e.now.rounds} begins.` : '');
}

function end(e) {
  stream.end();
  document.documentElement.classList.add('over');
  byID('result').hidden = false;
  put('over', e.over);
  status('over', 'The comparison is over');
}

const stream = new Stream(take);
