/* Writing together: what is typed in the one text of this page goes to the house as it is typed, and what
   others type comes in, each letter in its place (yjs merges them; see decision 0026). It travels by ordinary
   POSTs; the live signal only says that something changed. Without a line one writes on, and it is merged
   when the line is back. On a device that she said is hers alone, what was not sent yet is kept there as
   well, so that it outlives this page (`keep.js`; any page of ours sends it when there is a line).
   Without this script the page is a form that does the same when it is sent. */
(() => {
  'use strict';
  const Y = window.AlongsideYjs;
  const form = document.querySelector('form.paper');
  if (!Y || !form || !form.dataset.liveTo || !window.EventSource || !window.fetch) { return; }

  const area = form.querySelector('textarea');
  const line = document.getElementById('line');
  const says = form.dataset;
  const keptFrom = document.getElementById('kept-from');
  /* For whom this device keeps things; nobody on most. */
  let whose = window.Keep ? document.body.dataset.keep || '' : '';
  let token = form.querySelector('[name=csrfmiddlewaretoken]').value;
  const PAUSE = 120;
  const FIRST_WAIT = 2000;
  const LONGEST_WAIT = 30000;
  const LARGEST = 48000;
  const PIECE = 12000;
  const LONGEST_ASK = 20000;
  const KEEP_AFTER = 400;
  const LONGEST_LOOK = 3000;
  /* Marks that can make a text read as another one: the house does not keep them. */
  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
  const HERE = 'here';
  const ELSEWHERE = 'elsewhere';
  const HOUSE = 'house';

  const doc = new Y.Doc();
  const text = doc.getText('text');
  let shown = '';
  let number = Number(says.number);
  /* Something may be new that this page did not ask for yet. */
  let isNews = false;
  let heard = 0; /* of how many edits; one's own may be heard of before the answer to them is here */
  let unsent = [];
  /* What the house has, as far as this page knows; and the rows of what it does not have, on this device. */
  const house = whose ? new Y.Doc() : null;
  let rows = [];
  let isKeeping = null;
  let keepTimer = 0;
  /* Before anything leaves a page that was shown without a line, or after one was lost: who is here now? */
  let asksWho = Boolean(whose && keptFrom && !keptFrom.hidden);
  /* What the house has, when it says that it lacks something. */
  let lacks = null;
  let isStuck = false;
  let waiting = [];
  let isBusy = false;
  let isOver = false;
  let isBegun = false;
  let hasTakenUp = false;
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
    keepSoon();
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
    edits.map(asBytes).forEach((edit) => {
      Y.applyUpdate(doc, edit, ELSEWHERE);
      if (house) { Y.applyUpdate(house, edit); }
    });
  }

  /* --- to the house and back: one POST at a time, and not more often than PAUSE ---------------- */

  function soon(least) {
    if (isOver || isBusy) { return; }
    clearTimeout(timer);
    timer = setTimeout(send, Math.max(least || 0, asked + PAUSE - Date.now(), 0));
  }

  /* The oldest of these edits, as many as one POST holds. */
  function oldest(edits) {
    let size = 0;
    const last = edits.findIndex((edit, place) => {
      size += edit.length;
      return place > 0 && size > LARGEST;
    });
    return last < 0 ? edits.slice() : edits.slice(0, last);
  }

  function bodyOf(edit) {
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
    if (asksWho) { askWho(); return; }
    isNews = false;
    asked = Date.now();
    /* What the house does not have by what it says, or what was typed since it answered last. */
    const sending = isStuck ? [] : (lacks ? unsent.slice() : oldest(unsent));
    let edit = sending.length ? Y.mergeUpdates(sending) : null;
    if (edit && lacks) { edit = Y.encodeStateAsUpdate(doc, lacks); }
    const stop = new AbortController();
    const late = setTimeout(() => { stop.abort(); }, LONGEST_ASK);
    fetch(says.liveTo, {
      method: 'POST', body: bodyOf(edit), credentials: 'same-origin', redirect: 'manual', signal: stop.signal,
    }).then((answer) => {
      const isOut = answer.type === 'opaqueredirect' || answer.status === 401;
      if (isOut && whose) { return signedOut; }
      if (isOut || answer.status === 404) { return () => { end(says.over); }; }
      if (answer.headers.get('X-Outbox') === 'token' && whose) { asksWho = true; return () => { soon(); }; }
      if (answer.status >= 500) { throw new Error(answer.status); }
      return answer.json().then((told) => () => { if (answer.ok) { arrived(told, sending); } else { refused(told); } });
    }).catch(() => lost).then((go) => {
      clearTimeout(late);
      isBusy = false;
      go();
    });
  }

  /* The page may be from days ago, the phone somebody else's by now, and the token of its form too old. */
  function askWho() {
    Keep.door().then((here) => {
      if (here.forgotten) { whose = ''; return () => { end(says.over); }; }
      if (here.whose !== whose) { return signedOut; }
      token = here.token;
      asksWho = false;
      return () => { soon(); };
    }).catch(() => lost).then((go) => {
      isBusy = false;
      go();
    });
  }

  function signedOut() {
    if (!unsent.length) { end(says.over); return; }
    asksWho = true;
    keep().then(() => { say(says.signIn); });
    later();
  }

  function arrived(told, sent) {
    unsent = unsent.slice(sent.length);
    lacks = null;
    wait = FIRST_WAIT;
    number = told.number;
    if (house) { sent.forEach((edit) => { Y.applyUpdate(house, edit); }); }
    if (keptFrom) { keptFrom.hidden = true; }
    take(told.edits);
    if (told.state !== 'writing') { keep().then(() => { end(says.finished); }); return; }
    keepSoon();
    const waited = [says.waits, says.keptHere, says.signIn].indexOf(line.textContent) >= 0;
    if (!unsent.length && (sent.length || waited)) { say(says.kept); }
    if (then && !unsent.length) { keep().then(() => { then.submit(); }); return; }
    if ((unsent.length && !isStuck) || isNews || heard > number) { soon(); }
  }

  function refused(told) {
    if (told.code === 'too_quick') { soon(1000); return; }
    if (told.code === 'gap' && !lacks) { lacks = asBytes(told.has); soon(); return; }
    say(told.sentence);
    if (told.code === 'finished') { end(told.sentence); return; }
    isStuck = true; /* until something is typed or taken out */
  }

  function lost() {
    asksWho = Boolean(whose);
    keep().then((isKept) => { say(unsent.length ? (isKept ? says.keptHere : says.waits) : ''); });
    later();
    if (whose && navigator.serviceWorker) {
      navigator.serviceWorker.ready.then((known) => known.sync && known.sync.register(whose)).catch(() => {});
    }
  }

  function later() {
    soon(wait);
    wait = Math.min(2 * wait, LONGEST_WAIT);
  }

  /* --- on a device that keeps things: what the house does not have, and how the text stood --------- */

  function keepSoon() {
    if (whose && !keepTimer) { keepTimer = setTimeout(keep, KEEP_AFTER); }
  }

  /* Says, in the end, whether all that was not sent is on the disk. One at a time. */
  function keep() {
    clearTimeout(keepTimer);
    keepTimer = 0;
    if (!whose) { return Promise.resolve(false); }
    const turn = (isKeeping || Promise.resolve()).then(put).then(() => Boolean(whose), () => false);
    isKeeping = turn;
    return turn;
  }

  async function put() {
    const forms = waitingForms();
    const before = rows;
    /* What came in the middle of a composed letter is not in the text yet: it is asked for again. */
    const state = { edits: asText(Y.encodeStateAsUpdate(house)), number: waiting.length ? 0 : number };
    await Keep.keepState(location.href, state);
    if (forms.length || before.length) { rows = await Keep.replace(whose, before, forms); }
  }

  function waitingForms() {
    const forms = [];
    for (let rest = unsent; rest.length;) {
      const some = oldest(rest);
      rest = rest.slice(some.length);
      const fields = Array.from(bodyOf(Y.mergeUpdates(some)).entries()).filter((field) => field[0] !== 'csrfmiddlewaretoken');
      forms.push({
        address: says.liveTo, lane: says.liveTo, key: '', words: says.title, page: location.pathname, whole: shown, fields,
      });
    }
    return forms;
  }

  /* What an earlier page kept, here or in another window. */
  async function takeUp() {
    const page = await Keep.keptPage(location.href);
    const items = (await Keep.waiting(whose)).filter((item) => item.address === says.liveTo);
    if (isBegun) { return; }
    const editIn = (fields) => asBytes(fields.find((field) => field[0] === 'edit')[1]);
    const has = (page && page.sent || []).map(editIn);
    if (page && page.state) {
      has.unshift(asBytes(page.state.edits));
      number = Math.max(number, page.state.number);
    }
    has.forEach((edit) => {
      [doc, house].forEach((one) => { Y.applyUpdate(one, edit, HOUSE); });
      hasTakenUp = true;
    });
    items.forEach((item) => {
      const edit = editIn(item.fields);
      Y.applyUpdate(doc, edit, HOUSE);
      unsent.push(edit);
      rows.push(item.id);
      hasTakenUp = true;
    });
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
    const look = () => { isNews = true; soon(); };
    stream.addEventListener('hello', look);
    stream.addEventListener('changed', look);
    stream.addEventListener('paper', (event) => {
      heard = Math.max(heard, Number(event.data));
      if (heard > number) { soon(); }
    });
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
      if (!unsent.length && !rows.length) { return; }
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
    if (unsent.length && !isOver) {
      if (!asksWho && navigator.sendBeacon) { navigator.sendBeacon(says.liveTo, bodyOf(Y.mergeUpdates(oldest(unsent)))); }
      keep();
    }
  });

  function begin() {
    isBegun = true;
    shown = text.toString();
    /* A browser may have given back what stood here when it was closed; what was kept says it better. */
    if (area.value === area.defaultValue || hasTakenUp) { area.value = shown; }
    area.readOnly = false;
    form.classList.add('is-live');
    window.addEventListener('pageshow', listen);
    typed();
    listen();
    keepSoon();
    if (unsent.length || asksWho) { soon(); }
  }

  if (window.BroadcastChannel && whose) {
    new BroadcastChannel('outbox').onmessage = (event) => { if (event.data === 'forget') { whose = ''; } };
  }

  Y.applyUpdate(doc, asBytes(says.edits || 'AAA='), HOUSE);
  if (!whose) { begin(); return; }
  Y.applyUpdate(house, asBytes(says.edits || 'AAA='));
  area.readOnly = true;
  const enough = new Promise((resolve) => { setTimeout(resolve, LONGEST_LOOK); });
  Promise.race([takeUp(), enough]).catch(() => {}).then(begin);
})();
