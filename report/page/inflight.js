// How many calls were in flight at a time, a line for each strategy.
class InFlight {
  constructor(job, view, place) {
    this.job = job;
    this.view = view;
    this.place = place;
    const strategies = job.strategies;
    const times = new Set();
    for (const s of strategies) {
      for (let i = 0; i <= s.inFlight.length; i++) times.add(s.seconds * i / s.inFlight.length);
    }
    const x = [...times].sort((a, b) => a - b);
    const lines = strategies.map((s) => x.map((t) => {
      if (t > s.seconds) return null;
      return t === s.seconds ? 0 : s.inFlight[Math.min(s.inFlight.length - 1, Math.floor(t / s.seconds *
        s.inFlight.length + 1e-9))];
    }));
    this.plot = new uPlot(this.options(), [x, ...lines], place);
    view.drawn(() => this.draw());
    new ResizeObserver(() => {
      const width = place.clientWidth;
      if (width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: this.plot.height });
    }).observe(place);
  }

  options() {
    const { job, view } = this;
    const axis = { stroke: () => colour('--muted'), font: '12px system-ui, sans-serif',
      grid: { stroke: () => colour('--grid'), width: 1 }, ticks: { stroke: () => colour('--grid'), width: 1 } };
    return {
      width: this.place.clientWidth || 800,
      height: 220,
      legend: { show: false },
      padding: [8, 0, 0, 0],
      scales: {
        x: { time: false, range: () => [view.from, view.to] },
        y: { range: (u, low, high) => [0, (high || 1) * 1.05] },
      },
      axes: [
        { ...axis, space: 90, values: (u, at) => at.map((t) => {
          const room = (view.to - t) / (view.to - view.from) > 20 / this.place.clientWidth; // for half of the text
          return room ? tickText(t, at[1] - at[0] || t || 1, view.to) : '';
        }) },
        { ...axis, size: 60, values: (u, at) => at.map((n) => (Number.isInteger(n) ? n.toLocaleString('en') : '')) },
      ],
      series: [{}, ...job.strategies.map((s) => ({
        label: s.name, stroke: () => colour(s.colour), width: 2, points: { show: false },
        dash: s.dash, paths: uPlot.paths.stepped({ align: 1 }),
      }))],
      cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
      hooks: {
        setSelect: [(u) => {
          if (u.select.width < 5) return;
          const from = u.posToVal(u.select.left, 'x'), to = u.posToVal(u.select.left + u.select.width, 'x');
          u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          view.show(from, to);
        }],
        setCursor: [(u) => this.say(u)],
      },
    };
  }

  // say puts the figures under the pointer behind the names.
  say(u) {
    const at = u.cursor.idx;
    this.job.strategies.forEach((s, i) => {
      const value = at === null || at === undefined || u.cursor.left < 0 ? null : u.data[i + 1][at];
      s.figure.textContent = value === null || value === undefined ? '' : digits(value);
    });
  }

  draw() {
    this.plot.setScale('x', { min: this.view.from, max: this.view.to });
    this.plot.redraw(false, true);
  }

  toggle(i, isShown) {
    this.plot.setSeries(i + 1, { show: isShown });
  }
}
