// How many calls a second there are with so many at once: a dot for what was measured, a line for the law that fits.
function drawScaling(place, scaling) {
  const every = [...new Set(scaling.flatMap((s) => [...s.points, ...s.law].map(([n]) => n)))].sort((a, b) => a - b);
  const series = [{}], data = [every];
  const add = (points, options) => {
    const at = new Map(points);
    data.push(every.map((n) => (at.has(n) ? at.get(n) : null)));
    series.push({ spanGaps: true, ...options });
  };
  for (const s of scaling) {
    const stroke = () => colour(`--s${s.number % 9}`), fill = () => colour(`--s${s.number % 9}`);
    if (s.law.length > 0) add(s.law, { stroke, width: 2, points: { show: false } });
    const width = s.law.length > 0 ? 0 : 1;
    add(s.points, { stroke, width, dash: [3, 3], points: { show: true, size: 9, stroke, fill } });
  }
  const axis = { stroke: () => colour('--muted'), font: '12px system-ui, sans-serif',
    grid: { stroke: () => colour('--grid'), width: 1 }, ticks: { stroke: () => colour('--grid'), width: 1 } };
  const options = {
    width: place.clientWidth || 800, height: 260, legend: { show: false }, padding: [8, 24, 0, 0],
    scales: {
      x: { time: false, distr: 3, log: 2, range: (u, low, high) => [low, high > low ? high : low * 2] },
      y: { range: (u, low, high) => [0, (high || 1) * 1.05] },
    },
    axes: [
      { ...axis, label: 'calls at once', labelFont: axis.font, labelSize: 20, values: (u, at) => at.map((n) =>
        (Number.isInteger(n) ? n.toLocaleString('en') : '')) },
      { ...axis, size: 64, label: 'calls a second', labelFont: axis.font, labelSize: 20 },
    ],
    series,
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    hooks: { draw: [(u) => drawKnees(u, scaling)] },
  };
  const plot = new uPlot(options, data, place);
  new ResizeObserver(() => {
    if (place.clientWidth > 0 && place.clientWidth !== plot.width) {
      plot.setSize({ width: place.clientWidth, height: plot.height });
    }
  }).observe(place);
  return () => plot.redraw(false, true);
}

// drawKnees marks the fewest calls at once that are nearly as good as the best number.
function drawKnees(plot, scaling) {
  const at = plot.ctx;
  for (const s of scaling) {
    const point = s.points.find(([n]) => n === s.knee);
    if (!point) continue;
    const x = plot.valToPos(point[0], 'x', true), y = plot.valToPos(point[1], 'y', true);
    at.save();
    at.strokeStyle = colour('--ink');
    at.lineWidth = 2 * devicePixelRatio;
    at.beginPath();
    at.arc(x, y, 9 * devicePixelRatio, 0, 2 * Math.PI);
    at.stroke();
    at.restore();
  }
}
