const byID = (id) => document.getElementById(id);

// put sets the text of an element, if it is another.
function put(id, text) {
  const element = byID(id);
  if (element.textContent !== text) element.textContent = text;
}

// fillTable puts rows of cells into a table; a cell is a text, and its class.
function fillTable(id, rows) {
  byID(id).tBodies[0].replaceChildren(...rows.map((cells) => {
    const row = make('tr');
    row.append(...cells.map(([text, className]) => {
      const cell = make('td', className);
      cell.append(make('bdi', '', text));
      return cell;
    }));
    return row;
  }));
}

// clockText is 0:07, 12:05 or 3:00:01.
function clockText(seconds, decimals = 0) {
  const unit = 10 ** decimals, all = Math.round(seconds * unit) / unit;
  const two = (n) => String(Math.floor(n)).padStart(2, '0');
  const rest = (all % 60).toFixed(decimals).padStart(decimals > 0 ? decimals + 3 : 2, '0');
  if (all < 3600) return `${Math.floor(all / 60)}:${rest}`;
  return `${Math.floor(all / 3600)}:${two(all / 60 % 60)}:${rest}`;
}

function status(kind, text) {
  byID('status').className = `status ${kind}`;
  put('status', text);
}

// Stream has what the command sends taken. A connection that is lost is made again by the browser itself, unless it was
// refused.
class Stream {
  constructor(take) {
    this.take = take;
    this.isOver = false;
    this.connect();
  }

  connect() {
    this.source = new EventSource('events');
    this.source.onopen = () => status('live', 'Live');
    this.source.onmessage = (message) => this.take(JSON.parse(message.data));
    this.source.onerror = () => {
      if (this.isOver) return;
      status('lost', 'No connection: trying again. The command may have ended.');
      if (this.source.readyState === EventSource.CLOSED) setTimeout(() => this.connect(), 2000);
    };
  }

  end() {
    this.isOver = true;
    this.source.close();
  }
}
