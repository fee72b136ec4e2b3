/* Says who reads now by this device's own clock: the page may be a kept one, read without a line. */
(function () {
  'use strict';
  var told = document.querySelector('[data-reads]');
  if (!told) { return; }
  var hours = Array.prototype.slice.call(document.querySelectorAll('#reads [data-from]'));

  function sentence() {
    var now = Date.now() / 1000;
    var next = hours.filter(function (one) { return Number(one.dataset.to) > now; })[0];
    if (!next) { return told.dataset.old; }
    return Number(next.dataset.from) <= now ? next.dataset.during : next.dataset.before;
  }

  function say() {
    var words = sentence();
    if (told.textContent !== words) { told.textContent = words; }
  }

  say();
  setInterval(say, 30000);
  document.addEventListener('visibilitychange', say);
})();
