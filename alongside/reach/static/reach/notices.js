/* Notices on her own phone: asks the browser for an address at which its push service wakes it, and hands that in
   with the form. What comes there is empty. Only on a device that keeps things for her (see `worker.js`).

   Written for a phone of 2018 (Chrome 70). */
(() => {
  'use strict';
  const ask = document.querySelector('form[data-notices]');
  const end = document.querySelector('form[data-notices-end]');
  const PATIENCE = 20000;

  const late = () => new Promise((resolve, reject) => { setTimeout(() => reject(new Error('late')), PATIENCE); });
  const worker = () => Promise.race([navigator.serviceWorker.ready, late()]);

  async function address() {
    if (await Notification.requestPermission() !== 'granted') { throw new Error('not allowed'); }
    const pushes = (await worker()).pushManager;
    const before = await pushes.getSubscription();
    if (before) { await before.unsubscribe(); }
    const found = await Promise.race([
      pushes.subscribe({ userVisibleOnly: true, applicationServerKey: ask.dataset.notices }), late(),
    ]);
    return found.endpoint;
  }

  if (ask) {
    ask.addEventListener('submit', (event) => {
      event.preventDefault();
      address().then((found) => {
        ask.querySelector('[name=endpoint]').value = found;
        ask.submit();
      }).catch(() => { ask.querySelector('[role=status]').hidden = false; });
    });
  }

  if (end) {
    end.addEventListener('submit', (event) => {
      event.preventDefault();
      worker().then((known) => known.pushManager.getSubscription())
        .then((known) => known && known.unsubscribe()).catch(() => {}).then(() => { end.submit(); });
    });
  }
})();
