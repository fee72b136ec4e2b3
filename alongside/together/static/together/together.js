/* Writing together: what is typed in the one text of this page goes to the house as it is typed, and what
   others type comes in, each letter in its place (yjs merges them; see decision 0026). It travels by ordinary
   POSTs; the live signal only says that something changed. Without a line one writes on, and it is merged
   when the line is back. Without this script the page is a form that does the same when it is sent. */
(() => {
  'use strict';
  const Y = window.AlongsideYjs;
  const form = document.querySelector('form.paper');
  if (!Y || !form || !form.dataset.liveTo || !window.EventSource || !window.fetch) { return; }

  const area = form.querySelector('textarea');
  const line = document.getElementById('line');
  const says = form.dataset;
  const token = form.querySelector('[name=csrfmiddlewaretoken]').value;
  const PAUSE = 120;
  const FIRST_WAIT = 2000;
  const LONGEST_WAIT = 30000;
  const LARGEST = 48000;
  const PIECE = 12000;
  const LONGEST_ASK = 20000;
  /* Marks that can make a text read as another one: the house does not keep them. */
  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
  const HERE = 'here';
  const ELSEWHERE = 'elsewhere';
  const HOUSE = 'house';

  const doc = new Y.Doc();
  const text = doc.getText('text');
  let shown = '';
  let number = Number(says.number);
  /* How many changes this page knows of, and of how many it heard. */
  let changes = Number(document.body.dataset.changes);
  let heard = changes;
  let unsent = [];
  /* What the house has, when it says that it lacks something. */
  let lacks = null;
  let isStuck = false;
  let waiting = [];
  let isBusy = false;
  let isOver = false;
  let isComposing = false;
  let timer = 0;
  let asked = 0;
  let wait = FIRST_WAIT;
  let stream = null;
  let reopening = 0;
  let then = null;

  /* --- bytes as the form of a POST carries them ------------------------------------------------ */

  function asText(bytes) {
    let letters = '';
    bytes.forEach((byte) => { letters += String.fromCharCode(byte); });
    return btoa(letters);
  }

  function asBytes(letters) {
    return Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  }

  /* --- from the field into the document: what changed, and no more ----------------------------- */

  function isFirstHalf(code) { return code >= 0xd800 && code < 0xdc00; }
  function isSecondHalf(code) { return code >= 0xdc00 && code < 0xe000; }

  /* How much is the same at both ends. Where several answers are right, the one at the caret is; a sign
     that takes two letters is never cut in two. */
  function compare(before, after, caret) {
    const most = Math.min(before.length, after.length);
    let end = after.length - caret;
    if (end > most || before.slice(before.length - end) !== after.slice(caret)) {
      end = 0;
      while (end < most && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)) {
        end += 1;
      }
    }
    let start = 0;
    while (start < most - end && before.charCodeAt(start) === after.charCodeAt(start)) { start += 1; }
    if (start && isFirstHalf(after.charCodeAt(start - 1))) { start -= 1; }
    if (end && isSecondHalf(after.charCodeAt(after.length - end))) { end -= 1; }
    return { start, gone: before.length - end - start, put: after.slice(start, after.length - end) };
  }

  function typed() {
    if (isComposing || isOver) { return; }
    let value = area.value;
    if (value === shown) { return; }
    let caret = area.selectionEnd;
    const clean = value.replace(HIDDEN, '');
    if (clean !== value) {
      caret = value.slice(0, caret).replace(HIDDEN, '').length;
      value = clean;
      area.value = value;
      area.setSelectionRange(caret, caret);
      say(says.hiddenMarks);
    }
    const change = compare(shown, value, caret);
    shown = value;
    if (change.gone) { doc.transact(() => { text.delete(change.start, change.gone); }, HERE); }
    let at = 0;
    while (at < change.put.length) {
      let to = Math.min(change.put.length, at + PIECE);
      if (isFirstHalf(change.put.charCodeAt(to - 1)) && to < change.put.length) { to -= 1; }
      const piece = change.put.slice(at, to);
      const place = change.start + at;
      doc.transact(() => { text.insert(place, piece); }, HERE);
      at = to;
    }
  }

  doc.on('update', (edit, origin) => {
    if (origin !== HERE) { return; }
    isStuck = false;
    unsent.push(edit);
    soon();
  });

  /* --- from others into the field: the caret stays where it was in the text -------------------- */

  function moved(at, delta) {
    let place = 0;
    let now = at;
    delta.forEach((part) => {
      if (part.retain) {
        place += part.retain;
      } else if (part.insert) {
        if (place < now) { now += part.insert.length; }
        place += part.insert.length;
      } else if (part.delete && place < now) {
        now = Math.max(place, now - part.delete);
      }
    });
    return now;
  }

  text.observe((event) => {
    if (event.transaction.origin !== ELSEWHERE) { return; }
    const start = moved(area.selectionStart, event.delta);
    const end = moved(area.selectionEnd, event.delta);
    const { scrollTop } = area;
    shown = text.toString();
    area.value = shown;
    if (document.activeElement === area) { area.setSelectionRange(start, end); }
    area.scrollTop = scrollTop;
  });

  function take(edits) {
    if (isComposing) { waiting = waiting.concat(edits); return; }
    typed();
    edits.forEach((edit) => { Y.applyUpdate(doc, asBytes(edit), ELSEWHERE); });
  }

  /* --- to the house and back: one POST at a time, and not more often than PAUSE ---------------- */

  function soon(least) {
    if (isOver || isBusy) { return; }
    clearTimeout(timer);
    timer = setTimeout(send, Math.max(least || 0, asked + PAUSE - Date.now(), 0));
  }

  /* The oldest edits that were not sent yet, as many as one POST holds. */
  function oldest() {
    let size = 0;
    const last = unsent.findIndex((edit, place) => {
      size += edit.length;
      return place > 0 && size > LARGEST;
    });
    return last < 0 ? unsent.slice() : unsent.slice(0, last);
  }

  function fields(edit) {
    const body = new URLSearchParams();
    body.append('csrfmiddlewaretoken', token);
    body.append('edit', edit ? asText(edit) : '');
    body.append('seen', String(number));
    body.append('has', asText(Y.encodeStateVector(doc)));
    return body;
  }

  function send() {
    if (isOver || isBusy) { return; }
    isBusy = true;
    asked = Date.now();
    /* What the house does not have by what it says, or what was typed since it answered last. */
    const sending = isStuck ? [] : (lacks ? unsent.slice() : oldest());
    let edit = sending.length ? Y.mergeUpdates(sending) : null;
    if (edit && lacks) { edit = Y.encodeStateAsUpdate(doc, lacks); }
    const stop = new AbortController();
    const late = setTimeout(() => { stop.abort(); }, LONGEST_ASK);
    fetch(says.liveTo, {
      method: 'POST', body: fields(edit), credentials: 'same-origin', redirect: 'manual', signal: stop.signal,
    }).then((answer) => {
      if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 404) { return () => { end(says.over); }; }
      if (answer.status >= 500) { throw new Error(answer.status); }
      return answer.json().then((told) => () => { if (answer.ok) { arrived(told, sending); } else { refused(told); } });
    }).catch(() => lost).then((go) => {
      clearTimeout(late);
      isBusy = false;
      go();
    });
  }

  function arrived(told, sent) {
    unsent = unsent.slice(sent.length);
    lacks = null;
    wait = FIRST_WAIT;
    number = told.number;
    changes = Math.max(changes, told.changes);
    take(told.edits);
    if (told.state !== 'writing') { end(says.finished); return; }
    if (!unsent.length && (sent.length || line.textContent === says.waits)) { say(says.kept); }
    if (then && !unsent.length) { then.submit(); return; }
    if ((unsent.length && !isStuck) || heard > changes) { soon(); }
  }

  function refused(told) {
    if (told.code === 'too_quick') { soon(1000); return; }
    if (told.code === 'gap' && !lacks) { lacks = asBytes(told.has); soon(); return; }
    say(told.sentence);
    if (told.code === 'finished') { end(told.sentence); return; }
    isStuck = true; /* until something is typed or taken out */
  }

  function lost() {
    say(unsent.length ? says.waits : '');
    soon(wait);
    wait = Math.min(2 * wait, LONGEST_WAIT);
  }

  /* Nothing can be written here any more. Whatever this address shows now is what should be seen; but what
     somebody typed and nobody has is not taken away. */
  function end(sentence) {
    isOver = true;
    shut();
    if (!unsent.length) { location.reload(); return; }
    area.readOnly = true;
    say(sentence);
  }

  function say(sentence) {
    if (line.textContent !== sentence) { line.textContent = sentence; }
  }

  /* --- the live signal: one stream, while the page is in sight ---------------------------------- */

  function listen() {
    clearTimeout(reopening);
    if (stream || isOver || document.hidden) { return; }
    stream = new EventSource(document.body.dataset.liveUrl);
    const hear = (event) => {
      heard = Number(event.data);
      if (heard > changes) { soon(); }
    };
    stream.addEventListener('hello', hear);
    stream.addEventListener('changed', hear);
    stream.addEventListener('ended', again);
    stream.addEventListener('error', () => {
      if (stream && stream.readyState === EventSource.CLOSED) { again(); }
    });
  }

  function again() {
    shut();
    reopening = setTimeout(listen, wait);
    soon();
  }

  function shut() {
    clearTimeout(reopening);
    if (stream) { stream.close(); }
    stream = null;
  }

  /* --- what happens on the page ----------------------------------------------------------------- */

  area.addEventListener('input', typed);
  area.addEventListener('compositionstart', () => { isComposing = true; });
  area.addEventListener('compositionend', () => {
    isComposing = false;
    typed();
    take(waiting.splice(0));
  });
  form.addEventListener('submit', (event) => { event.preventDefault(); typed(); soon(); });
  document.querySelectorAll('#finish form').forEach((finish) => {
    finish.addEventListener('submit', (event) => {
      typed();
      if (!unsent.length) { return; }
      event.preventDefault();
      then = finish;
      soon();
    });
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) { shut(); } else { listen(); soon(); }
  });
  window.addEventListener('online', () => { wait = FIRST_WAIT; shut(); listen(); soon(); });
  window.addEventListener('pagehide', () => {
    shut();
    /* The last letters, when the page is closed in the middle of a word. */
    if (unsent.length && !isOver && navigator.sendBeacon) {
      navigator.sendBeacon(says.liveTo, fields(Y.mergeUpdates(oldest())));
    }
  });
  window.addEventListener('pageshow', listen);

  Y.applyUpdate(doc, asBytes(says.edits || 'AAA='), HOUSE);
  shown = text.toString();
  if (area.value === area.defaultValue) { area.value = shown; }
  form.classList.add('is-live');
  typed();
  listen();
})();
