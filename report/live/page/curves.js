// A curve over the whole job.
class Curve {
  // lines are { column, colour, dash } of the points; text writes a value of the axis.
  constructor(place, label, lines, text) {
    Object.assign(this, { place, label, lines, text });
    const axis = { stroke: () => colour('--muted'), font: '12px system-ui, sans-serif',
      grid: { stroke: () => colour('--grid'), width: 1 }, ticks: { stroke: () => colour('--grid'), width: 1 } };
    this.plot = new uPlot({
      width: place.clientWidth || 300, height: place.clientHeight || 180, legend: { show: false }, padding: [8, 6, 0, 0],
      scales: { x: { time: false }, y: { range: (u, low, high) => [0, (high || 1) * 1.08] } },
      axes: [
        { ...axis, space: 70, size: 28, incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 18000, 36000, 86400],
          values: (u, at) => at.map((t) => clockText(t)) },
        { ...axis, space: 28, size: 62, values: (u, at) => at.map(text) },
      ],
      series: [{}, ...lines.map((l) => ({
        stroke: () => colour(l.colour), width: 2, points: { show: false }, dash: l.dash,
        fill: l.fill ? () => colour(l.colour).replace('rgb(', 'rgba(').replace(')', ', 0.12)') : undefined,
      }))],
      cursor: { show: false },
    }, [[], ...lines.map(() => [])], place);
    new ResizeObserver(() => {
      const width = place.clientWidth, height = place.clientHeight;
      if (width > 0 && (width !== this.plot.width || height !== this.plot.height)) this.plot.setSize({ width, height });
    }).observe(place);
  }

  show(points) {
    const columns = this.lines.map((l) => points.map((p) => (l.gaps && p[l.column] === 0 ? null : p[l.column])));
    this.plot.setData([points.map((p) => p[0]), ...columns]);
  }

  // say tells a screen reader what the curve comes to.
  say(text) {
    this.place.setAttribute('aria-label', `${this.label}: ${text}`);
  }

  recolour() {
    this.plot.redraw(false, true);
  }
}

// shortNumber is 950, 1.2 k or 3.4 M.
function shortNumber(n) {
  if (n >= 1e6) return digits(n / 1e6) + ' M';
  if (n >= 1e4) return digits(n / 1e3) + ' k';
  return n.toLocaleString('en');
}
