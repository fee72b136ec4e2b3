/* "Leave this page": blank at once, end the session, open the harmless page in place of this one.
   Without this script the button is a plain form that does the same on the server. */
(function () {
  'use strict';
  var form = document.querySelector('form.leave');
  if (!form || !form.dataset.to) { return; }

  function endSession() {
    var body = new URLSearchParams({ quietly: '1' });
    if (navigator.sendBeacon && navigator.sendBeacon(form.action, body)) { return; }
    fetch(form.action, { method: 'POST', body: body, keepalive: true, credentials: 'same-origin' });
  }

  /* What this device kept: the worker goes on with it when this page is gone. */
  function forget() {
    var worker = navigator.serviceWorker && navigator.serviceWorker.controller;
    if (worker) { worker.postMessage('leave'); }
    if (window.Keep && worker) { window.Keep.wipe(); }
  }

  function leave() {
    document.documentElement.classList.add('leaving');
    document.body.hidden = true;
    try { localStorage.clear(); } catch (error) { /* nothing was kept here */ }
    try { forget(); } catch (error) { /* nothing was kept here */ }
    try { endSession(); } catch (error) { /* no line: the session ends by itself soon */ }
    location.replace(form.dataset.to);
  }

  form.addEventListener('submit', function (event) {
    event.preventDefault();
    leave();
  });

  /* Shift, three times within five seconds, with no other key in between. */
  var taps = [];
  var alone = false;
  document.addEventListener('keydown', function (event) {
    alone = event.key === 'Shift';
    if (!alone) { taps = []; }
  }, true);
  document.addEventListener('keyup', function (event) {
    if (event.key !== 'Shift' || !alone) { return; }
    var now = Date.now();
    taps = taps.filter(function (tap) { return now - tap < 5000; });
    taps.push(now);
    if (taps.length >= 3) { leave(); }
  }, true);

  /* A page that the browser kept in its memory is asked for again, so that "back" shows nothing old. */
  window.addEventListener('pageshow', function (event) {
    if (event.persisted) { location.reload(); }
  });
}());
