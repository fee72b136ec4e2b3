/* Answers for us without a line, on a phone whose owner said yes. It shows the pages that were kept, says
   plainly when one was not, sends what waits, and forgets everything when it is told to.

   Before these lines stand `KNOWN` (what the server says: version, files, addresses) and `keep.js`. */
(() => {
  'use strict';
  const { version, files, page: NO_LINE, leave: LEAVE } = self.KNOWN;
  const FILES = 'files-' + version;
  /* She left without a line: the session is ended as soon as there is one. An empty box with a name. */
  const LEFT = 'left';
  const PATIENCE = 8000;
  /* Forgotten: an answer that was still on its way brings nothing back. */
  let isOver = false;

  self.addEventListener('install', (event) => {
    event.waitUntil(caches.open(FILES).then((box) => box.addAll(files.concat(NO_LINE))).then(() => self.skipWaiting()));
  });

  self.addEventListener('activate', (event) => {
    event.waitUntil(caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== FILES && name !== LEFT).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()));
  });

  self.addEventListener('fetch', (event) => {
    const request = event.request;
    const address = new URL(request.url);
    if (request.method !== 'GET' || address.origin !== self.location.origin) { return; }
    if (request.mode === 'navigate') { event.respondWith(page(event)); return; }
    if (address.pathname.startsWith('/static/')) { event.respondWith(file(request)); }
  });

  self.addEventListener('sync', (event) => {
    if (event.tag === LEFT) { event.waitUntil(sayThatSheLeft()); return; }
    event.waitUntil(self.Keep.send(event.tag).then((how) => {
      tell('changed');
      if (how === 'no_line') { throw new Error('once more, later'); }
    }));
  });

  self.addEventListener('push', (event) => { event.waitUntil(notice()); });
  self.addEventListener('notificationclick', (event) => {
    event.notification.close();
    event.waitUntil(self.clients.openWindow('/'));
  });

  self.addEventListener('message', (event) => {
    if (event.data === 'leave') { event.waitUntil(leave()); }
    if (event.data === 'forget') { event.waitUntil(forget()); }
    if (event.data && event.data.keep) { event.waitUntil(keepAlso(event.data.keep)); }
  });

  /* --- pages ------------------------------------------------------------------------------------- */

  async function page(event) {
    if (await caches.has(LEFT)) { await sayThatSheLeft(); }
    const address = event.request.url;
    const asked = fetch(event.request);
    const answered = asked.then((answer) => { event.waitUntil(after(address, answer.clone())); return answer; });
    try {
      return await Promise.race([answered, late()]);
    } catch (error) {
      const kept = await self.Keep.keptPage(address).catch(() => null);
      if (kept) { answered.catch(() => {}); return shown(kept); }
      if (error !== LATE) { return nothing(); }
      return answered.catch(nothing);
    }
  }

  const LATE = new Error('late');
  const late = () => new Promise((resolve, reject) => { setTimeout(() => reject(LATE), PATIENCE); });

  async function after(address, answer) {
    if (answer.headers.get('X-Forget')) { await forget(); return; }
    if (isOver) { return; }
    if (answer.status === 404 || answer.status === 403) { await self.Keep.dropPage(new URL(address).pathname); return; }
    if (answer.status !== 200 || !/^text\/html/.test(answer.headers.get('Content-Type') || '')) { return; }
    const html = await answer.text();
    const isKept = await self.Keep.keepPage(address, html, answer.headers.get('Content-Security-Policy'));
    if (isKept) { await keepFilesOf(html); }
  }

  /* What a kept page looks and works with: the browser may have had it before this worker was asked for anything. */
  async function keepFilesOf(html) {
    const found = (html.match(/(?:src|href)="\/static\/[^"]+"/g) || []).map((one) => one.split('"')[1]);
    for (const path of found) { await file(new Request(path)).catch(() => {}); }
  }

  const plain = (policy) => ({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', 'Content-Security-Policy': policy });

  function shown(kept) {
    const html = kept.html.replace('id="kept-from" data-live hidden>', 'id="kept-from" data-live>');
    return new Response(html, { headers: plain(kept.policy) });
  }

  async function nothing() {
    const box = await caches.match(NO_LINE);
    if (!box) { return Response.error(); }
    const pages = await self.Keep.keptPages().catch(() => []);
    let html = await box.text();
    if (pages.length) {
      html = html.replace('<div hidden class="stack" id="kept-pages">', '<div class="stack" id="kept-pages">')
        .replace('</ul>', pages.map((one) => `<li><a href="${one.path}">${marked(one.label)}</a></li>`).join('') + '</ul>');
    }
    return new Response(html, { headers: plain(box.headers.get('Content-Security-Policy')) });
  }

  const marked = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

  /* Pages that she may need and has not opened today, fetched while there is a line. */
  async function keepAlso(addresses) {
    for (const address of addresses) {
      const known = await self.Keep.keptPage(address, 1).catch(() => null);
      if (known || isOver) { continue; }
      try {
        const answer = await fetch(address, { credentials: 'same-origin', headers: { Accept: 'text/html', 'X-Live': '1' } });
        if (answer.ok && !answer.redirected) { await after(address, answer); }
      } catch (error) { return; }
    }
  }

  /* --- a notice: the push is empty; what is shown stands in the page that says that there is no line, so in her
     language, and names nobody --------------------------------------------------------------------- */

  async function notice() {
    if (isOver || await caches.has(LEFT)) { return; }
    const box = await caches.match(NO_LINE);
    const html = box ? await box.text() : '';
    const found = (marks) => self.Keep.plain((marks.exec(html) || ['', ''])[1]);
    await self.registration.showNotification(found(/<title>([^<]*)</), {
      body: found(/data-notice="([^"]*)"/), tag: 'notice', lang: found(/<html lang="([^"]*)"/),
      dir: found(/ dir="([^"]*)"/) === 'rtl' ? 'rtl' : 'ltr', icon: files.find((path) => /icon[^/]*\.png$/.test(path)),
    });
  }

  /* --- files: each has its hash in its name, and nothing of anybody's in it ------------------------- */

  async function file(request) {
    const known = await caches.match(request);
    if (known) { return known; }
    const answer = await fetch(request);
    if (answer.ok && await caches.has(FILES)) {
      const copy = answer.clone();
      caches.open(FILES).then((box) => box.put(request, copy)).catch(() => {});
    }
    return answer;
  }

  /* --- forgetting ---------------------------------------------------------------------------------- */

  async function forget() {
    isOver = true;
    tell('forget');
    await self.Keep.wipe();
    await caches.delete(LEFT);
    await self.registration.unregister();
  }

  /* All goes at once. Without a line the session cannot be ended yet: this worker stays for that alone. */
  async function leave() {
    isOver = true;
    tell('forget');
    await self.Keep.wipe();
    await caches.open(LEFT);
    await sayThatSheLeft();
  }

  async function sayThatSheLeft() {
    try {
      const body = new URLSearchParams({ quietly: '1' });
      const answer = await fetch(LEAVE, { method: 'POST', body, credentials: 'same-origin', cache: 'no-store' });
      if (!answer.ok) { throw new Error('not ended'); }
      await forget();
    } catch (error) {
      if (self.registration.sync) { await self.registration.sync.register(LEFT).catch(() => {}); }
    }
  }

  function tell(what) {
    if (!self.BroadcastChannel) { return; }
    const line = new BroadcastChannel('outbox');
    line.postMessage(what);
    line.close();
  }
})();
