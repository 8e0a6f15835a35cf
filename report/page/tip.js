// What is said of the call under the pointer, and aloud of the one that keys have chosen.
class Tip {
  constructor(spoken) {
    this.box = make('div', 'tip');
    this.box.setAttribute('aria-hidden', 'true'); // spoken says it
    this.box.hidden = true;
    this.range = make('div', 'range');
    this.range.hidden = true;
    this.spoken = spoken;
    document.body.append(this.box, this.range);
  }

  fill(box, lines) {
    box.replaceChildren(...lines.map((line, i) => make(i === 0 ? 'strong' : 'span', 'line', line)));
  }

  show(lines, x, y) {
    this.fill(this.box, lines);
    this.box.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.box;
    this.box.style.left = Math.max(4, Math.min(x + 12, document.documentElement.clientWidth - width - 8)) + 'px';
    this.box.style.top = (y + 16 + height > window.innerHeight ? y - height - 10 : y + 16) + 'px';
  }

  hide() {
    this.box.hidden = true;
  }

  tell(lines, strategy) {
    this.fill(this.spoken, lines.length > 0 ? [`${strategy}, ${lines[0]}`, ...lines.slice(1)] : []);
  }

  // drag shows what is chosen to be zoomed to; without arguments, nothing.
  drag(canvas, from, to) {
    this.range.hidden = !canvas;
    if (!canvas) return;
    const box = canvas.getBoundingClientRect();
    const left = Math.max(0, Math.min(from, to)), right = Math.min(box.width, Math.max(from, to));
    Object.assign(this.range.style, {
      left: box.left + left + 'px', width: right - left + 'px', top: box.top + 'px', height: box.height + 'px',
    });
  }
}
